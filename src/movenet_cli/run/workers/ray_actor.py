"""One actor of a Ray cluster: a worker with its models on some machine, and the run's hand on it."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any, Final, cast

from movenet_cli import __version__
from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import ModelError, MovenetError
from movenet_cli.io.remote import silence_libraries
from movenet_cli.run.segments.segment import Tell
from movenet_cli.run.workers.interface import TooLongError
from movenet_cli.run.workers.ray_cluster import ray_module
from movenet_cli.run.workers.work import Done, Work
from movenet_cli.run.workers.worker import Worker
from movenet_cli.run.workers.worker_process import Raised, Setup, load_models, sendable

_INTERVAL: Final = 0.5
"""Seconds after which whoever waits for an actor looks whether the run is to end."""

_TELL_INTERVAL: Final = 2.0
"""Seconds after which it asks for the results so far; each time is a call over the network."""

_LAST_RESULTS: Final = 3.0
"""Seconds for which the results are waited for that were asked for before an item was done."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an actor has done, and the results that nobody has asked for meanwhile."""

    told: Sequence[FrameResult]
    done: Done | Raised


class Actor:
    """A worker somewhere in the cluster; Ray runs this class, two calls at a time."""

    def __init__(self) -> None:
        self._cancellation = CancellationToken()
        self._worker: Worker | None = None
        self._told: list[FrameResult] = []
        self._lock = threading.Lock()

    def load(self, setup: Setup, release: str) -> Raised | tuple[str, str]:
        """Load the models; the node's id and the machine's name."""
        where = socket.gethostname()
        silence_libraries()  # Ray keeps what they say
        try:
            if release != __version__:
                raise ModelError(f"movenet-cli is of version {__version__} there, and {release} here")
            self._worker = Worker(load_models(setup), self._cancellation)
        except MovenetError as error:
            return Raised(ModelError(f"on the machine {where}: {error}"))
        except Exception as error:  # noqa: BLE001 - told to the run, which ends with it
            return Raised(ModelError(f"on the machine {where}: {type(error).__name__}: {error}"))
        return ray_module().get_runtime_context().get_node_id(), where

    def do(self, work: Work) -> _Answer:
        """Do one item."""
        done: Done | Raised
        try:
            done = cast(Worker, self._worker).do(work, lambda _, result: self._tell(result))
        except Exception as error:  # noqa: BLE001 - told to the run, which decides
            done = Raised(sendable(error))
        return _Answer(self.told(), done)

    def told(self) -> Sequence[FrameResult]:
        """The results since this was last asked."""
        with self._lock:
            told, self._told = self._told, []
        return told

    def cancel(self) -> None:
        """Drop the item in hand, and leave nothing half done."""
        self._cancellation.cancel()

    def close(self) -> None:
        """Leave nothing behind, once no item is in hand."""
        if self._worker is not None:
            self._worker.close()

    def _tell(self, result: FrameResult) -> None:
        with self._lock:
            self._told.append(result)


class LostError(Exception):
    """An actor is gone; `is_nodes_fault` when its machine is, too."""

    def __init__(self, reason: str, is_nodes_fault: bool) -> None:
        super().__init__(reason)
        self.is_nodes_fault = is_nodes_fault


class ActorHandle:
    """One actor, seen from the run.

    Attributes:
        node: the id of the cluster's node that it is on; empty until it has loaded the models.
        machine: its name.
    """

    def __init__(self, ray: Any, actor: Any) -> None:
        self._ray = ray
        self._actor = actor
        self._work: Future[_Answer] | None = None
        self._has_copied = False
        self.node = self.machine = ""

    def load(self, setup: Setup) -> "Future[Any]":
        """Have it load the models."""
        return cast("Future[Any]", self._actor.load.remote(setup, __version__).future())

    def do(self, work: Work, tell: Tell, cancellation: CancellationToken, item_timeout: float | None) -> Done:
        """Have it do one item.

        Raises:
            LostError: it is gone before it had an answer.
            TooLongError: it has taken more than `item_timeout` seconds.
            Cancelled: once the run is cancelled.
        """
        began = asked_at = time.monotonic()
        self._has_copied |= work.file.url is not None
        with self._lost_as_such():
            self._work = self._actor.do.remote(work).future()
            asked: Future[Sequence[FrameResult]] | None = None
            while not wait([self._work], _INTERVAL).done:
                cancellation.check()
                now = time.monotonic()
                if item_timeout is not None and now - began > item_timeout:
                    raise TooLongError
                if now - asked_at > _TELL_INTERVAL and (asked is None or asked.done()):
                    _pass_on(asked.result() if asked else (), work, tell)
                    asked, asked_at = self._actor.told.remote().future(), now
            answer = self._work.result()
            if asked is not None and wait([asked], _LAST_RESULTS).done:
                _pass_on(asked.result(), work, tell)
            _pass_on(answer.told, work, tell)
        if isinstance(answer.done, Raised):
            raise answer.done.error
        return answer.done

    def is_nodes_fault(self) -> bool:
        """Whether its machine does not belong to the cluster any more."""
        return bool(self.node) and not any(
            node["NodeID"] == self.node and node["Alive"] for node in self._ray.nodes()
        )

    def ask_to_end(self) -> "list[Future[_Answer]]":
        """Let it drop its item; what it has in hand."""
        if self._work is None or self._work.done():
            return []
        with contextlib.suppress(Exception):
            self._actor.cancel.remote()
        return [self._work]

    def close(self) -> "list[Future[None]]":
        """Let it leave nothing behind; what is to be waited for."""
        if self._has_copied:
            with contextlib.suppress(Exception):
                return [self._actor.close.remote().future()]
        return []

    def kill(self) -> None:
        """End it."""
        with contextlib.suppress(Exception):
            self._ray.kill(self._actor)

    @contextlib.contextmanager
    def _lost_as_such(self) -> Iterator[None]:
        errors = self._ray.exceptions
        try:
            yield
        except errors.RayTaskError:
            raise
        except errors.RayError as error:
            is_nodes_fault = self.is_nodes_fault() or isinstance(error, errors.ActorUnavailableError)
            reason = f"was lost with its machine {self.machine}" if is_nodes_fault else "crashed"
            raise LostError(reason, is_nodes_fault) from error


def _pass_on(results: Sequence[FrameResult], work: Work, tell: Tell) -> None:
    for result in results:
        tell(work.file.name, result)
