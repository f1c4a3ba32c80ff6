"""The program of a worker process: one worker, alone, at the end of a connection.

It is sent its models' settings, then work items, one at a time, and answers with results as they come and
with what has come of the item. It ends when nobody is at the other end any more.
"""

import contextlib
import os
import pickle
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import FrameType
from typing import Final

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import ModelError
from movenet_cli.models.interface import Model
from movenet_cli.run.loading import LoadedModels, RecordedModels, load_named
from movenet_cli.run.workers.work import Done, Work
from movenet_cli.run.workers.worker import Worker
from movenet_cli.settings import Settings

_INTERVAL: Final = 0.1
"""Seconds for which results are collected before they are told."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker process is sent first.

    Attributes:
        settings: of the run.
        infos: of its models; the process must find the same ones.
        when_needed: whether to load them only for a frame that needs them.
    """

    settings: Settings
    infos: Sequence[ModelInfo]
    when_needed: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """The models are loaded; items may come."""


@dataclass(frozen=True, slots=True)
class Told:
    """Results of an input's frames, as they come."""

    name: str
    results: Sequence[FrameResult]


@dataclass(frozen=True, slots=True)
class Raised:
    """What ended the work on an item, and with it the run."""

    error: Exception


Answer = Loaded | Told | Done | Raised


def main(descriptor: int) -> None:
    """Work until the other end is closed."""
    connection = Connection(descriptor)
    cancellation = CancellationToken()

    def cancel(number: int, frame: FrameType | None) -> None:
        cancellation.cancel()

    # Ctrl-C reaches every process of a terminal; what is to be done then is for the run to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, cancel)
    try:
        setup: Setup = connection.recv()
        with load_models(setup) as models, contextlib.closing(Worker(models, cancellation)) as worker:
            connection.send(Loaded())
            while True:
                work: Work = connection.recv()
                _do(worker, work, connection)
    except (EOFError, ConnectionError):
        os._exit(0)  # nobody listens any more
    except Exception as error:  # noqa: BLE001 - told to the run, which ends with it
        _send_error(connection, error)


def _do(worker: Worker, work: Work, connection: Connection) -> None:
    teller = _Teller(connection)
    try:
        done: Answer = worker.do(work, teller.tell)
    except Exception as error:  # noqa: BLE001 - told to the run, which decides
        _send_error(connection, error)
        return
    teller.flush()
    connection.send(done)


def load_models(setup: Setup) -> LoadedModels:
    """Load the models of a run once more.

    Raises:
        ModelError: they are not here, or not the same.
    """
    if setup.when_needed:
        return RecordedModels(setup.settings, setup.infos, _load)
    models = LoadedModels(setup.settings, frozenset(), _load)
    if [info.sha256 for info in models.infos] != [info.sha256 for info in setup.infos]:
        models.engine.close()
        raise ModelError(
            "the model's file is not the one that the run began with: run the same command again"
        )
    return models


def sendable(error: Exception) -> Exception:
    """The error, or one like it that can be sent: some libraries' errors cannot."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _send_error(connection: Connection, error: Exception) -> None:
    connection.send(Raised(sendable(error)))


class _Teller:
    """Sends results on, many at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._name = ""
        self._results: list[FrameResult] = []
        self._sent = time.monotonic()

    def tell(self, name: str, result: FrameResult) -> None:
        """See `Tell`."""
        self._name = name
        self._results.append(result)
        if time.monotonic() - self._sent >= _INTERVAL:
            self.flush()

    def flush(self) -> None:
        """Send what is left."""
        if self._results:
            self._connection.send(Told(self._name, tuple(self._results)))
        self._results.clear()
        self._sent = time.monotonic()


def _load(settings: Settings, name_or_path: str) -> Model:
    return load_named(settings, name_or_path, lambda *_: None)
