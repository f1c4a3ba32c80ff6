"""The run's own share of the work, with workers that only sleep: CPU time and memory per input.

`python -m benchmarks.scheduling` gives very many inputs to 64 and to 512 workers that sleep instead of
annotating, and write nothing. What is left is what one machine does for a whole cluster: it finds the
inputs, makes the plan, shares the work out, and keeps the journal, the report and `run.json`. A second run
then finds all of them done. CPU time is shown, since it can be read on a busy machine; memory is the
process's peak, less what it had before.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.__main__ import PROJECT
from movenet_cli.cli.progress import make_progress
from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.folder_names import RUN
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import Summary
from movenet_cli.core.types import Size
from movenet_cli.io.hashing import sha256_of_bytes
from movenet_cli.output.folder.fingerprint import Fingerprint
from movenet_cli.output.folder.journal import JOURNAL_NAME
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.order import WrittenFiles
from movenet_cli.output.folder.output_file import Output
from movenet_cli.output.folder.records import Entry, RunFile, StartedInput, record_line
from movenet_cli.output.folder.results_folder import results_folder
from movenet_cli.run.batch import Batch
from movenet_cli.run.inputs import find_inputs
from movenet_cli.run.plan import Plan
from movenet_cli.run.report import Report
from movenet_cli.run.segments.segment import Tell
from movenet_cli.run.workers.interface import Workers
from movenet_cli.run.workers.work import Done, Work
from movenet_cli.settings import Settings

NOTHING = sha256_of_bytes(b"")
FINGERPRINT = Fingerprint(0, 0, NOTHING)
IN_A_FOLDER = 1000
COLUMNS = ("find", "plan", "run", "account")
SETTINGS = Plan([ModelInfo("thunder", "single", Size(256, 256), "5a" * 32, "litert", 1)], Settings())
LAYOUT = Layout(["json"], False)


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
    """Measure every number of inputs with every number of workers, each run in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[64, 512])
    parser.add_argument("--seconds", type=float, default=0.05, help="a worker's time for one input")
    parser.add_argument("--alone", action="store_true", help="measure one run here, and print JSON")
    parser.add_argument("--folder", type=Path, help="of its inputs and results; None for new ones")
    options = parser.parse_args()
    if options.alone:
        with tempfile.TemporaryDirectory() as name:
            if options.folder is None:
                make_inputs(Path(name), options.items[0])
            folder = options.folder or Path(name)
            print(json.dumps(measure(folder, options.workers[0], options.seconds)))
        return
    print(
        "| inputs | workers | run | find, µs | plan, µs | run, µs | account, µs | bytes an input | inputs/s |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for items, workers in itertools.product(options.items, options.workers):
        with tempfile.TemporaryDirectory() as name:
            make_inputs(Path(name), items)
            _show(Path(name), items, workers, options.seconds, "first")
            finish(Path(name))
            _show(Path(name), items, workers, options.seconds, "second")


def _show(folder: Path, items: int, workers: int, seconds: float, which: str) -> None:
    command = [sys.executable, "-m", "benchmarks.scheduling", "--alone", "--folder", str(folder)]
    command += ["--workers", str(workers), "--seconds", str(seconds)]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    row = json.loads(done.stdout)
    times = " | ".join(f"{row[name]:.0f}" for name in COLUMNS)
    print(
        f"| {items:,} | {workers} | {which} | {times} | {row['bytes']:,.0f} | {row['rate']:,.0f} |",
        flush=True,
    )


def make_inputs(folder: Path, items: int) -> None:
    """Empty files in folders of a thousand."""
    for index in range(items):
        place = folder / "in" / f"camera-{index // IN_A_FOLDER:04}"
        if index % IN_A_FOLDER == 0:
            place.mkdir(parents=True)
        (place / f"photo-{index:07}.jpg").touch()


def finish(folder: Path) -> None:
    """Let the results folder look as if the run had annotated all of them."""
    settings = SETTINGS.all_result_settings()
    keys = tuple(each.key for each in settings.values())
    with (folder / "out" / JOURNAL_NAME).open("wb") as journal:
        journal.writelines(map(record_line, [*settings.values(), RunFile(RUN, None)]))
        for place in sorted((folder / "in").iterdir()):
            (folder / "out" / "keypoints" / place.name).mkdir()
            for path in sorted(place.iterdir()):
                name = f"{place.name}/{path.name}"
                (result,) = LAYOUT.texts(name)
                (folder / "out" / result).touch()
                mark, outputs = Fingerprint(0, path.stat().st_mtime_ns, NOTHING), {result: Output(0, NOTHING)}
                counts = Summary(1, 1).fields()
                entry = Entry(name, mark, settings["image"].key, outputs, counts, path=str(path))
                journal.writelines(map(record_line, (StartedInput(name, keys, (result,)), entry)))


def measure(folder: Path, workers: int, seconds: float) -> dict[str, float]:
    """Microseconds of CPU time per input, memory per input in bytes, and inputs a second."""
    before = _memory("VmRSS")
    cpu = [time.process_time()]
    found = find_inputs([str(folder / "in")], Settings())
    cpu.append(time.process_time())
    items = len(found.files)
    report, cancellation = Report(0, items), CancellationToken()
    settings = SETTINGS.all_result_settings()
    with results_folder(folder / "out", LAYOUT, settings, found.files, lambda _: "image") as outputs:
        cpu.append(time.process_time())
        began = time.perf_counter()
        with make_progress("auto", found.files, Settings().frames) as progress:
            Batch(Sleepers(workers, seconds), outputs, progress, report, cancellation).run(found.files)
        took = time.perf_counter() - began
        cpu.append(time.process_time())
        outputs.write_run(report.document({}))
        cpu.append(time.process_time())
    if report.done + report.kept != items:
        raise RuntimeError(f"{report.done + report.kept:,} of {items:,} inputs are done")
    each = [1e6 * (end - start) / items for start, end in itertools.pairwise(cpu)]
    return {
        **dict(zip(COLUMNS, each, strict=True)),
        "bytes": (_memory("VmHWM") - before) / items,
        "rate": items / took,
    }


def _memory(name: str) -> float:
    """What the kernel says of this process's memory, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(float(line.split()[1]) for line in lines if line.startswith(name))


if __name__ == "__main__":
    main()
