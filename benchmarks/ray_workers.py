"""Workers of a Ray cluster beside threads and processes of this machine, and what one call of Ray costs.

`python -m benchmarks.ray_workers` needs the extra `ray`. It starts a cluster on this machine and annotates
the same images with every engine and number of workers in turn, round after round, so that other work slows
all of them; counts the run's own CPU time with actors that do nothing; and measures how far one run, and two
shards, keep very many simulated workers busy. All figures go to benchmarks/scaling.json, of which
`python -m benchmarks.scaling_picture` draws docs/scaling.svg. About ten minutes on two cores.
"""

import argparse
import contextlib
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any, Final, cast

from benchmarks.__main__ import PROJECT, find_images
from benchmarks.media import SMALL, jpegs
from benchmarks.scheduling import Sleepers
from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import InputFile
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import Summary
from movenet_cli.core.types import FrameResult, Size
from movenet_cli.output.folder.fingerprint import Fingerprint
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.order import WrittenFiles
from movenet_cli.output.folder.results_folder import results_folder
from movenet_cli.run.batch import Batch
from movenet_cli.run.events import NoEvents
from movenet_cli.run.loading import LoadedModels
from movenet_cli.run.plan import Plan
from movenet_cli.run.report import Report
from movenet_cli.run.workers import ray_workers
from movenet_cli.run.workers.interface import Workers
from movenet_cli.run.workers.ray_actor import _Answer
from movenet_cli.run.workers.ray_cluster import cluster
from movenet_cli.run.workers.work import Work
from movenet_cli.run.workers.worker_process import Setup
from movenet_cli.settings import Settings

FIGURES: Final = PROJECT / "benchmarks" / "scaling.json"
ENGINES: Final = ("threads", "processes", "ray")
SECONDS: Final = 0.05
"""A simulated worker's time for one input."""
INPUTS_A_WORKER: Final = 120


class IdleActor:
    """In the place of `Actor`: says at once that an input is done."""

    def load(self, setup: Setup, release: str) -> tuple[str, str]:
        """See `Actor.load`."""
        return "node", "machine"

    def do(self, work: Work) -> _Answer:
        """See `Actor.do`."""
        return _Answer((), WrittenFiles("image", Summary(1, 1), (), Fingerprint(0, 0, "5a" * 32), {}))

    def told(self) -> Sequence[FrameResult]:
        """See `Actor.told`."""
        return ()


def main() -> None:
    """Measure, write the figures and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=int, default=600, help="640 x 480 each")
    parser.add_argument("--model", default="mini")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--items", type=int, default=5000, help="for the cost of a call")
    parser.add_argument("--simulated", type=int, nargs="*", default=[16, 32, 64, 128, 256, 512])
    parser.add_argument("--json", type=Path, default=FIGURES, help="where the figures go")
    parser.add_argument(
        "--alone", type=int, help="measure so many simulated workers here, and print their rate"
    )
    options = parser.parse_args()
    if options.alone:
        workers = Sleepers(options.alone, SECONDS)
        print(_batch(workers, options.alone * INPUTS_A_WORKER, CancellationToken())[1])
        return
    found: dict[str, Any] = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "ray": version("ray"),
        "load_before": round(os.getloadavg()[0], 1),
    }
    with tempfile.TemporaryDirectory() as name, _head(max(options.workers)) as address:
        found["engines"] = _engines(Path(name), options, address)
        found["call"] = {
            "items": options.items,
            "workers": max(options.workers),
            **_call_cost(options.items, max(options.workers), address),
        }
    found["scaling"] = {
        "seconds_an_input": SECONDS,
        "one": [[count, _rate(count, 1)] for count in options.simulated],
        "two_shards": [[count, _rate(count, 2)] for count in options.simulated if count > 1],
    }
    options.json.write_text(json.dumps(found, indent=1) + "\n")
    _print(found)


@contextlib.contextmanager
def _head(cpus: int) -> Iterator[str]:
    """A cluster of this machine alone, of so many CPUs; its address."""
    port, clients = _free_port(), _free_port()
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", f"--port={port}"]
    command += [
        f"--num-cpus={cpus}",
        "--num-gpus=0",
        "--include-dashboard=false",
        f"--ray-client-server-port={clients}",
    ]
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}
    head = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    try:
        said = []
        for line in head.stdout or ():
            said.append(line.decode())
            if "--block" in said[-1]:
                break
        else:
            raise SystemExit("".join(said))
        yield f"127.0.0.1:{port}"
    finally:
        head.terminate()
        head.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _engines(folder: Path, options: argparse.Namespace, address: str) -> list[dict[str, Any]]:
    """Inputs a second of every engine with every number of workers, round after round."""
    media = jpegs(folder / "in", find_images(PROJECT / "sample_images"), options.images, SMALL)
    rows = [
        {"engine": engine, "workers": workers, "rates": []}
        for workers in options.workers
        for engine in ENGINES
    ]
    for number in range(options.rounds):
        for row in rows:
            out = folder / f"{row['engine']}-{row['workers']}-{number}"
            command = [sys.executable, "-m", "movenet_cli", "annotate", str(media), "-o", str(out), "-q"]
            command += ["-m", options.model, "-j", str(row["workers"]), "--engine", str(row["engine"])]
            command += ["--ray-address", address] if row["engine"] == "ray" else []
            subprocess.run(command, cwd=PROJECT, check=True)
            cast("list[float]", row["rates"]).append(_steady_rate(out))
    return rows


def _steady_rate(out: Path) -> float:
    """Inputs a second by when the documents were written, without the first and the last tenth."""
    times = sorted(path.stat().st_mtime for path in (out / "keypoints").iterdir())
    first, last = len(times) // 10, len(times) - len(times) // 10 - 1
    return round((last - first) / (times[last] - times[first]), 1)


def _call_cost(items: int, workers: int, address: str) -> dict[str, float]:
    """Microseconds of the run's CPU time for an input, in turn with actors and with simulated workers."""
    ray_workers.Actor = IdleActor  # type: ignore[misc,assignment]
    costs: dict[str, list[float]] = {"ray": [], "simulated": []}
    rates: list[float] = []
    with cluster(address):
        for _ in range(3):
            cancellation = CancellationToken()
            models = SimpleNamespace(settings=Settings(jobs=workers), given={"jobs"}, infos=())
            with ray_workers.RayWorkers(cast(LoadedModels, models), cancellation) as actors:
                _batch(actors, 20 * workers, CancellationToken())  # until they have started
                cost, rate = _batch(actors, items, cancellation)
            costs["ray"].append(cost)
            rates.append(rate)
            costs["simulated"].append(_batch(Sleepers(workers, 0), items, CancellationToken())[0])
    return {
        "ray_us": round(median(costs["ray"])),
        "simulated_us": round(median(costs["simulated"])),
        "calls_a_second": round(median(rates)),
    }


def _batch(workers: Workers, items: int, cancellation: CancellationToken) -> tuple[float, float]:
    """Microseconds of CPU time of this process for an input, and inputs a second."""
    info = ModelInfo("thunder", "single", Size(256, 256), "5a" * 32, "litert", 1)
    with tempfile.TemporaryDirectory() as name:
        files = [InputFile(Path(name, f"{index:06}.jpg"), f"{index:06}.jpg") for index in range(items)]
        settings, layout = Plan([info], Settings()).all_result_settings(), Layout(["json"], False)
        with results_folder(Path(name, "out"), layout, settings, files, lambda _: "image") as outputs:
            batch = Batch(workers, outputs, NoEvents(), Report(0, items), cancellation)
            cpu, began = time.process_time(), time.perf_counter()
            batch.run(files)
            return 1e6 * (time.process_time() - cpu) / items, items / (time.perf_counter() - began)


def _rate(workers: int, shards: int) -> float:
    """Inputs a second that a run, or several at once, reach with so many simulated workers in all."""
    each = workers // shards
    command = [sys.executable, "-m", "benchmarks.ray_workers", "--alone", str(each)]

    def measured(_: int) -> float:
        return float(subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout)

    with ThreadPoolExecutor(shards) as pool:
        return round(sum(pool.map(measured, range(shards))))


def _print(found: dict[str, Any]) -> None:
    print(f"{found['machine']}, Ray {found['ray']}, load {found['load_before']}\n")
    print("| engine | workers | inputs/s, each round | median |\n|---|---|---|---|")
    for row in found["engines"]:
        rates = ", ".join(f"{rate:.0f}" for rate in row["rates"])
        print(f"| {row['engine']} | {row['workers']} | {rates} | {median(row['rates']):.0f} |")
    call = found["call"]
    print(f"\nCPU time of the run for an input: {call['ray_us']} µs with actors that do nothing,")
    print(f"{call['simulated_us']} µs with simulated workers; {call['calls_a_second']} inputs/s by actors\n")
    print("| simulated workers | possible | one run | two shards |\n|---|---|---|---|")
    shards = dict(map(tuple, found["scaling"]["two_shards"]))
    for count, rate in found["scaling"]["one"]:
        print(f"| {count} | {count / SECONDS:,.0f} | {rate:,.0f} | {shards.get(count, 0):,.0f} |")


if __name__ == "__main__":
    main()
