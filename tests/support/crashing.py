"""Lets a worker process crash, or wait, at inputs of certain names: imported by one before it begins."""

import os
import signal
import time
from typing import Any

from movenet_cli.run.workers import worker_process
from movenet_cli.run.workers.worker import Worker

_do = Worker.do


def do(self: Worker, work: Any, tell: Any) -> Any:
    name = work.file.name
    if name.startswith("always"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if name.startswith("once") and not work.file.path.with_suffix(".crashed").exists():
        work.file.path.with_suffix(".crashed").touch()
        os.kill(os.getpid(), signal.SIGSEGV)
    if name.startswith("slow"):
        work.file.path.with_suffix(".begun").touch()
        time.sleep(600)
    return _do(self, work, tell)


def main(descriptor: int) -> None:
    """As the real program."""
    Worker.do = do  # type: ignore[method-assign]
    worker_process.main(descriptor)
