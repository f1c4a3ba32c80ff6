"""Runs a command and tells what it took: wall seconds, CPU seconds of it and its children, peak memory."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Run:
    """One finished command.

    Attributes:
        wall: seconds.
        cpu: seconds of user and system time.
        memory: peak resident megabytes.
        said: what it printed as JSON on its last line, or nothing.
    """

    wall: float
    cpu: float
    memory: float
    said: dict[str, float]


def run(*command: str) -> Run:
    """Run `python -m` something to its end; anything but exit code 0 is an error."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
    )
    output, messages = process.stdout.read(), process.stderr.read()  # type: ignore[union-attr]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{messages.decode()}")
    lines = output.decode().strip().splitlines()
    said = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said)


def _environment() -> dict[str, str]:
    """Ours, but Python keeps its compiled modules, as it does for everybody: or each start costs twice."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def middle(values: list[float]) -> float:
    """The median."""
    return median(values)
