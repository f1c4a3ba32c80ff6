"""Runs a command and tells what it took: wall seconds, CPU seconds of it and its children, peak memory."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
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
    peak = _Peak(process.pid)
    output, messages = process.stdout.read(), process.stderr.read()  # type: ignore[union-attr]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{messages.decode()}")
    lines = output.decode().strip().splitlines()
    said = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return Run(wall, usage.ru_utime + usage.ru_stime, peak.megabytes, said)


class _Peak:
    """Watches a process's peak memory; what `wait4` tells of it counts the parent's at the fork, too."""

    def __init__(self, pid: int) -> None:
        self.megabytes = 0.0
        self._status = Path(f"/proc/{pid}/status")
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while (line := self._line()) is not None:
            self.megabytes = int(line.split()[1]) / 1024
            time.sleep(0.05)

    def _line(self) -> str | None:
        with contextlib.suppress(OSError):
            lines = self._status.read_text().splitlines()
            return next((line for line in lines if line.startswith("VmHWM")), None)
        return None


def _environment() -> dict[str, str]:
    """Ours, but Python keeps its compiled modules, as it does for everybody: or each start costs twice."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def middle(values: list[float]) -> float:
    """The median."""
    return median(values)
