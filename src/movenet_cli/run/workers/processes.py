"""Worker processes: they share nothing with the run but the results folder, and may crash one by one."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

import movenet_cli
from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import Inputs
from movenet_cli.errors import MovenetError, shortage
from movenet_cli.run.loading import LoadedModels, RecordedModels
from movenet_cli.run.segments.segment import Tell
from movenet_cli.run.workers.interface import GRACE, TooLongError, Workers, took_too_long
from movenet_cli.run.workers.work import Done, Failed, Work, order_of
from movenet_cli.run.workers.worker_process import Loaded, Raised, Setup, Told

TRIES: Final = 2
"""How often an item is tried whose process crashes."""

_PROGRAM: Final = (
    "import sys; from movenet_cli.run.workers.worker_process import main; main(int(sys.argv[1]))"
)

_WAKE_INTERVAL: Final = 0.1
"""Seconds after which whoever waits for a process looks whether the run is to end."""

FROM_JOBS: Final = 8
"""With fewer, one process feeds all cores: Python's lock holds at one or two thousand frames a second."""

_INPUTS_PER_JOB: Final = 8
_MUCH: Final = 200_000_000
"""Inputs a job, or bytes in all, from which on it pays to start the processes."""


class _CrashedError(Exception):
    """A worker process ended in the middle of an item."""


class Processes(Workers):
    """A process for each item in hand, with a copy of the models of its own; started when it is needed.

    Args:
        models: the loaded models, with the settings and plan of the run.
        cancellation: ends the processes.
    """

    def __init__(self, models: LoadedModels, cancellation: CancellationToken) -> None:
        self._jobs = models.settings.jobs
        # What has been downloaded for the run is there; a process needs no network.
        settings = replace(models.settings, jobs=1, offline=True)
        self._setup = pickle.dumps(Setup(settings, models.infos, isinstance(models, RecordedModels)))
        self._item_timeout = settings.item_timeout
        self._cancellation = cancellation
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        self._all: list[_Process] = []
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        """See `Workers.count`; one more than jobs, so that all cores are busy while a file is opened."""
        return self._jobs + 1

    def do(self, work: Work, tell: Tell) -> Done:
        """See `Workers.do`; an item whose process crashes is tried once more, in another one.

        Raises:
            Cancelled: once the run is cancelled.
            MovenetError: no process can be started, or results cannot be written.
        """
        for _ in range(TRIES):
            process = self._take()
            try:
                done = process.do(work, tell, self._cancellation, self._item_timeout)
            except TooLongError:
                self._drop(process)
                return Failed(took_too_long(self._item_timeout), order_of(work))
            except _CrashedError as error:
                reason = str(error)
                self._drop(process)
            except BaseException:
                self._drop(process)
                raise
            else:
                self._idle.put(process)
                return done
        order = order_of(work)
        return Failed(f"the process that worked on it {reason}, {TRIES} times", order)

    def close(self) -> None:
        """See `Workers.close`."""
        with self._lock:
            processes = list(self._all)
        for process in processes:
            process.ask_to_end()
        for process in processes:
            self._drop(process)

    def _take(self) -> "_Process":
        with contextlib.suppress(Empty):
            return self._idle.get_nowait()
        self._cancellation.check()
        with self._lock:
            self._cancellation.check()
            process = _Process(self._setup)
            self._all.append(process)
            return process

    def _drop(self, process: "_Process") -> None:
        process.end()
        with self._lock, contextlib.suppress(ValueError):
            self._all.remove(process)


class _Process:
    """One worker process and the connection to it."""

    def __init__(self, setup: bytes) -> None:
        self._connection, theirs = Pipe()
        self._is_loaded = False
        try:
            # Not through `multiprocessing`, which would run a Python program's main module once more, nor
            # with `-m`, which would give the values that are sent back another module's name.
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-c", _PROGRAM, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError as error:
            self._connection.close()
            raise MovenetError(
                shortage(error) or f"cannot start a worker process: {error.strerror}"
            ) from error
        finally:
            theirs.close()
        with contextlib.suppress(OSError):  # it is gone already, as the first item will tell
            self._connection.send_bytes(setup)

    def do(self, work: Work, tell: Tell, cancellation: CancellationToken, item_timeout: float | None) -> Done:
        """Have it do one item.

        Raises:
            _CrashedError: it ended before it had an answer.
            TooLongError: it has taken more than `item_timeout` seconds.
            Cancelled: once the run is cancelled.
        """
        try:
            self._connection.send(work)
            began = time.monotonic()
            while True:
                while not self._connection.poll(_WAKE_INTERVAL):
                    cancellation.check()
                    is_late = item_timeout is not None and time.monotonic() - began > item_timeout
                    if is_late and self._is_loaded:
                        raise TooLongError
                answer = self._connection.recv()
                if isinstance(answer, Raised):
                    raise answer.error
                if isinstance(answer, Loaded):
                    self._is_loaded, began = True, time.monotonic()
                    continue
                if not isinstance(answer, Told):
                    return answer  # type: ignore[no-any-return]
                for result in answer.results:
                    tell(answer.name, result)
                cancellation.check()
        except (EOFError, ConnectionError) as error:
            raise _CrashedError(self._how_it_ended()) from error

    def ask_to_end(self) -> None:
        """Let it drop its item, and leave nothing half done."""
        self._process.terminate()
        self._connection.close()

    def end(self) -> None:
        """End it, and wait until it is gone; safe to call twice."""
        self.ask_to_end()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _how_it_ended(self) -> str:
        code = self._process.wait()
        if code >= 0:
            return f"ended with exit code {code}"
        with contextlib.suppress(ValueError):
            return f"crashed ({signal.Signals(-code).name})"
        return f"crashed (signal {-code})"


def _environment() -> dict[str, str]:
    """Ours, with this package where the process finds it, however it was found here."""
    package = str(Path(movenet_cli.__file__).parent.parent)
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def are_worth_it(jobs: int, files: Inputs) -> bool:
    """Whether processes of their own would do the work faster than threads: many cores, and much to do."""
    if jobs < FROM_JOBS or os.name == "nt":
        return False
    if len(files) >= _INPUTS_PER_JOB * jobs:
        return True
    return sum(_size(file.path) for file in files) >= _MUCH


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
