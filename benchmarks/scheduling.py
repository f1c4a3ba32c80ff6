"""The run's own share of the work, with workers that only sleep: CPU time and memory per input.

`python -m benchmarks.scheduling` gives very many inputs to 64 and to 512 workers that sleep instead of
annotating, and write nothing. What is left is what one machine does for a whole cluster: the plan, the
scheduling, the journal, the report and `run.json`. CPU time is shown, since it can be read on a busy machine.
"""

import argparse
import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.__main__ import PROJECT
from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import InputFile
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import Summary
from movenet_cli.core.types import Size
from movenet_cli.output.folder.fingerprint import Fingerprint
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.order import WrittenFiles
from movenet_cli.output.folder.results_folder import results_folder
from movenet_cli.run.batch import Batch, NoEvents
from movenet_cli.run.plan import Plan
from movenet_cli.run.report import Report
from movenet_cli.run.segment import Tell
from movenet_cli.run.work import Done, Work
from movenet_cli.run.workers import Workers
from movenet_cli.settings import Settings

FINGERPRINT = Fingerprint(100_000, 1_700_000_000_000_000_000, "5a" * 32)


class Sleepers(Workers):
    """Workers that sleep.

    Args:
        count: how many.
        seconds: for how long, for each input.
    """

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._seconds = seconds

    @property
    def count(self) -> int:
        """See `Workers.count`."""
        return self._count

    def do(self, work: Work, tell: Tell) -> Done:
        """Sleep, and say that there was one person."""
        time.sleep(self._seconds)
        return WrittenFiles("image", Summary(1, 1), (), FINGERPRINT, {})


def main() -> None:
    """Measure every number of inputs with every number of workers, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[64, 512])
    parser.add_argument("--seconds", type=float, default=0.05, help="a worker's time for one input")
    parser.add_argument("--alone", action="store_true", help="measure here, and print JSON")
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(measure(options.items[0], options.workers[0], options.seconds)))
        return
    print(
        "| inputs | workers | plan, µs | run, µs | account, µs | KB an input | inputs/s reached | possible |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for items in options.items:
        for workers in options.workers:
            row = _measured(items, workers, options.seconds)
            print(
                f"| {items:,} | {workers} | {row['plan']:.0f} | {row['run']:.0f} | {row['account']:.0f} | "
                f"{row['kilobytes']:.1f} | {row['rate']:,.0f} | {workers / options.seconds:,.0f} |",
                flush=True,
            )


def _measured(items: int, workers: int, seconds: float) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.scheduling", "--alone", "--items", str(items)]
    command += ["--workers", str(workers), "--seconds", str(seconds)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def measure(items: int, workers: int, seconds: float) -> dict[str, float]:
    """Microseconds of CPU time per input, memory per input, and inputs a second."""
    info = ModelInfo("thunder", "single", Size(256, 256), "5a" * 32, "litert", 1)
    plan = Plan([info], Settings())
    before = _memory()
    with tempfile.TemporaryDirectory() as name:
        files = [
            InputFile(Path(name, f"photo-{index:07}.jpg"), f"photo-{index:07}.jpg") for index in range(items)
        ]
        report, cancellation = Report(0, items), CancellationToken()
        cpu = [time.process_time()]
        with results_folder(
            Path(name, "out"), Layout(["json"], False), plan.all_result_settings(), files, lambda _: "image"
        ) as outputs:
            cpu.append(time.process_time())
            began = time.perf_counter()
            Batch(Sleepers(workers, seconds), outputs, NoEvents(), report, cancellation).run(files)
            took = time.perf_counter() - began
            cpu.append(time.process_time())
            outputs.write_run(report.document({}))
            cpu.append(time.process_time())
    if report.done != items:
        raise RuntimeError(f"{report.done:,} of {items:,} inputs are done")
    each = [1e6 * (end - start) / items for start, end in itertools.pairwise(cpu)]
    kilobytes = (_memory() - before) / items
    return {
        **dict(zip(("plan", "run", "account"), each, strict=True)),
        "kilobytes": kilobytes,
        "rate": items / took,
    }


def _memory() -> float:
    """The most memory that the process has had, kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
