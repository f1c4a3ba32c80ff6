"""Workers on the machines of a Ray cluster: an actor each, with the models loaded; any of them may vanish.

The actors write to the results folder themselves, which all machines share. An item whose actor is lost is
given to another one. This is the only module that knows Ray.
"""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from movenet_cli import __version__
from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import ModelError, MovenetError, UsageError
from movenet_cli.run.loading import LoadedModels
from movenet_cli.run.processes import TRIES
from movenet_cli.run.segment import Tell
from movenet_cli.run.work import Done, Failed, Work
from movenet_cli.run.worker import Worker
from movenet_cli.run.worker_process import Raised, Setup, load_models, sendable
from movenet_cli.run.workers import Workers, took_too_long

log = logging.getLogger(__name__)

MOST_ACTORS: Final = 1024
"""Each has a thread of the run's own waiting for it."""

_MOST_LOST_NODES: Final = 20
"""How often one item may lose its machine, which says nothing about the item."""

_INTERVAL: Final = 0.25
"""Seconds after which whoever waits for an actor asks for results, and looks whether the run is to end."""

_ANSWER: Final = 60.0
"""Seconds that a cluster gets to answer."""

_PATIENCE: Final = 30.0
"""Seconds without any actor after which a warning says so."""

_GRACE: Final = 3.0
"""Seconds that an actor gets to drop its item before it is killed."""


def connect(address: str) -> None:
    """Join a cluster; nothing happens when this process is in one already.

    Args:
        address: of its head, `HOST:PORT`; `auto` for the cluster that this machine belongs to.

    Raises:
        UsageError: Ray is not installed, or there is no such cluster.
    """
    if address.startswith("ray://"):
        raise UsageError(
            f"--ray-address: {address} is for remote control of a cluster; "
            "start the run on a machine that belongs to it, with HOST:PORT or auto"
        )
    ray = _ray()
    if not ray.is_initialized() and (reason := _cannot_join(ray, address)) is not None:
        raise UsageError(
            f"--ray-address: no Ray cluster can be joined at {address} ({reason}); "
            "start one with `ray start --head`, or name its head as HOST:PORT"
        )


def _cannot_join(ray: Any, address: str) -> str | None:
    """Join a cluster; why it cannot be joined.

    In a thread: Ray waits for ever where nobody answers, and in the main thread it replaces the handling of
    signals.
    """
    host, _, port = address.rpartition(":")
    if host and port.isdecimal():
        try:
            socket.create_connection((host.strip("[]"), int(port)), _ANSWER).close()
        except (OSError, OverflowError) as error:
            return getattr(error, "strerror", None) or "nobody answers"
    problems: list[str | None] = ["nobody answers"]

    def join() -> None:
        try:
            ray.init(address=address, log_to_driver=False, configure_logging=False)
            problems[0] = None
        except Exception as error:  # noqa: BLE001 - of many kinds, by what is wrong
            problems[0] = " ".join(str(error).split(". ")[0].split()).rstrip(".")

    logging.getLogger("ray").setLevel(logging.ERROR)
    thread = threading.Thread(target=join, name="movenet-ray", daemon=True)
    thread.start()
    thread.join(_ANSWER)
    return problems[0]


def _ray() -> Any:
    try:
        import ray  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise UsageError("--engine ray needs Ray: pip install ray") from error
    return ray


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an actor has done, and the results that nobody has asked for meanwhile."""

    told: Sequence[FrameResult]
    done: Done | Raised


class _Actor:
    """A worker somewhere in the cluster; Ray runs this class, two calls at a time."""

    def __init__(self) -> None:
        self._cancellation = CancellationToken()
        self._worker: Worker | None = None
        self._told: list[FrameResult] = []
        self._lock = threading.Lock()

    def load(self, setup: Setup, release: str) -> Raised | tuple[str, str]:
        """Load the models; the node's id and the machine's name."""
        where = socket.gethostname()
        try:
            if release != __version__:
                raise ModelError(f"movenet-cli is of version {__version__} there, and {release} here")
            self._worker = Worker(load_models(setup), self._cancellation)
        except MovenetError as error:
            return Raised(ModelError(f"on the machine {where}: {error}"))
        except Exception as error:  # noqa: BLE001 - told to the run, which ends with it
            return Raised(ModelError(f"on the machine {where}: {type(error).__name__}: {error}"))
        return _ray().get_runtime_context().get_node_id(), where

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

    def _tell(self, result: FrameResult) -> None:
        with self._lock:
            self._told.append(result)


class _LostError(Exception):
    """An actor is gone; `is_nodes_fault` when its machine is, too."""

    def __init__(self, reason: str, is_nodes_fault: bool) -> None:
        super().__init__(reason)
        self.is_nodes_fault = is_nodes_fault


class _TooLongError(Exception):
    """An item has taken more time than it may."""


class RayWorkers(Workers):
    """An actor for each CPU of the cluster, or for each GPU when the models are to run on GPUs.

    Actors that are lost are asked for again, so that machines that come back, or come new, are used.

    Args:
        models: the loaded models, with the settings and plan of the run.
        cancellation: ends the actors' work.
    """

    def __init__(self, models: LoadedModels, cancellation: CancellationToken) -> None:
        settings = models.settings
        connect(settings.ray_address)
        self._ray = _ray()
        is_on_gpu = settings.device.startswith("gpu")
        found = int(self._ray.cluster_resources().get("GPU" if is_on_gpu else "CPU", 0))
        self._count = min(settings.jobs if "jobs" in models.given else max(found, 1), MOST_ACTORS)
        # Ray shows an actor no GPU but its own.
        settings = replace(settings, jobs=1, device="gpu" if is_on_gpu else settings.device)
        self._setup = Setup(settings, models.infos)
        self._class = self._ray.remote(
            max_concurrency=2, num_cpus=1, num_gpus=1 if is_on_gpu else 0, max_restarts=0
        )(_Actor)
        self._item_timeout = settings.item_timeout
        self._cancellation = cancellation
        self._changed = threading.Condition()
        self._idle: list[_Handle] = []
        self._all: set[_Handle] = set()
        self._starting: dict[_Handle, Future[Any]] = {}
        self._failure: ModelError | None = None
        self._is_closed = self._is_warned = False
        self._began = time.monotonic()
        for _ in range(self._count):
            self._start()

    @property
    def count(self) -> int:
        """See `Workers.count`."""
        return self._count

    def do(self, work: Work, tell: Tell) -> Done:
        """See `Workers.do`; an item that loses its actor is given to another one.

        Raises:
            Cancelled: once the run is cancelled.
            ModelError: a machine of the cluster cannot do the work.
            OutputError: results cannot be written.
        """
        order = getattr(work, "order", None)
        crashes = lost_nodes = 0
        while True:
            actor = self._take()
            try:
                done = actor.do(work, tell, self._cancellation, self._item_timeout)
            except _LostError as error:
                self._replace(actor)
                crashes += not error.is_nodes_fault
                lost_nodes += error.is_nodes_fault
                if crashes == TRIES or lost_nodes == _MOST_LOST_NODES:
                    return Failed(
                        f"the worker that worked on it {error}, {crashes + lost_nodes} times", order
                    )
            except _TooLongError:
                self._replace(actor)
                return Failed(took_too_long(self._item_timeout), order)
            else:
                with self._changed:
                    self._idle.append(actor)
                    self._changed.notify()
                return done

    def close(self) -> None:
        """See `Workers.close`."""
        with self._changed:
            is_first, self._is_closed = not self._is_closed, True
            actors = list(self._all)
        if not is_first:
            return
        busy = [future for actor in actors for future in actor.ask_to_end()]
        wait(busy, _GRACE)
        for actor in actors:
            actor.kill()
        self._ray.shutdown()

    def _start(self) -> None:
        """Ask for one more actor; it is idle once it has loaded the models."""
        if self._is_closed or self._cancellation.is_cancelled:
            return
        actor = _Handle(self._ray, self._class.remote())
        loading = actor.load(self._setup)
        with self._changed:
            self._all.add(actor)
            self._starting[actor] = loading

    def _look_at_starting(self) -> None:
        """See which actors have loaded the models, or cannot."""
        for actor, loading in list(self._starting.items()):
            if not loading.done():
                continue
            del self._starting[actor]
            try:
                found = loading.result()
            except Exception as error:  # noqa: BLE001 - whatever keeps an actor from starting
                lines = [line.strip() for line in str(error).splitlines() if line.strip()]
                found = Raised(ModelError(f"a machine of the cluster cannot run movenet-cli: {lines[-1]}"))
            if isinstance(found, Raised):
                self._failure = cast(ModelError, found.error)
            else:
                actor.node, actor.machine = found
                self._idle.append(actor)
            self._changed.notify_all()

    def _take(self) -> "_Handle":
        with self._changed:
            while True:
                self._cancellation.check()
                self._look_at_starting()
                if self._failure is not None:
                    raise self._failure
                if self._idle:
                    return self._idle.pop()
                self._changed.wait(_INTERVAL)
                self._warn_if_nobody_works()

    def _warn_if_nobody_works(self) -> None:
        is_late = time.monotonic() - self._began > _PATIENCE
        if is_late and not self._is_warned and not any(actor.node for actor in self._all):
            log.warning("waiting for the cluster: none of its machines has a worker ready yet")
            self._is_warned = True

    def _replace(self, actor: "_Handle") -> None:
        """Give up an actor for good, and ask for another one."""
        actor.kill()
        with self._changed:
            self._all.discard(actor)
        self._start()


class _Handle:
    """One actor, seen from the run.

    Attributes:
        node: the id of the cluster's node that it is on; empty until it has loaded the models.
        machine: its name.
    """

    def __init__(self, ray: Any, actor: Any) -> None:
        self._ray = ray
        self._actor = actor
        self._work: Future[_Answer] | None = None
        self.node = self.machine = ""

    def load(self, setup: Setup) -> "Future[Any]":
        """Have it load the models."""
        return cast("Future[Any]", self._actor.load.remote(setup, __version__).future())

    def do(self, work: Work, tell: Tell, cancellation: CancellationToken, item_timeout: float | None) -> Done:
        """Have it do one item.

        Raises:
            _LostError: it is gone before it had an answer.
            _TooLongError: it has taken more than `item_timeout` seconds.
            Cancelled: once the run is cancelled.
        """
        began = time.monotonic()
        with self._lost_as_such():
            self._work = self._actor.do.remote(work).future()
            asked: Future[Sequence[FrameResult]] | None = None
            while not wait([self._work], _INTERVAL).done:
                cancellation.check()
                if item_timeout is not None and time.monotonic() - began > item_timeout:
                    raise _TooLongError
                if asked is None or asked.done():
                    _pass_on(asked.result() if asked else (), work, tell)
                    asked = self._actor.told.remote().future()
            answer = self._work.result()
            _pass_on(asked.result(_GRACE) if asked else (), work, tell)
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
            raise _LostError(reason, is_nodes_fault) from error


def _pass_on(results: Sequence[FrameResult], work: Work, tell: Tell) -> None:
    for result in results:
        tell(work.file.name, result)
