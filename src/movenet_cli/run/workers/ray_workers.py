"""Workers on the machines of a Ray cluster: an actor each, with the models loaded; any of them may vanish.

The actors write to the results folder themselves, which all machines share. An item whose actor is lost is
given to another one.
"""

import logging
import threading
import time
from concurrent.futures import Future, wait
from dataclasses import replace
from typing import Any, Final, cast

from movenet_cli.core.cancellation import CancellationToken, Cancelled
from movenet_cli.errors import ModelError
from movenet_cli.run.loading import LoadedModels
from movenet_cli.run.segments.segment import Tell
from movenet_cli.run.workers.interface import GRACE, TooLongError, Workers, took_too_long
from movenet_cli.run.workers.processes import TRIES
from movenet_cli.run.workers.ray_actor import Actor, ActorHandle, LostError
from movenet_cli.run.workers.ray_cluster import ray_module
from movenet_cli.run.workers.work import Done, Failed, Work, order_of
from movenet_cli.run.workers.worker_process import Raised, Setup

log = logging.getLogger(__name__)

MOST_ACTORS: Final = 1024
"""Each has a thread of the run's own waiting for it."""

_MOST_LOST_NODES: Final = 20
"""How often one item may lose its machine, which says nothing about the item."""

_MOST_LOST_IN_A_ROW: Final = 20
"""Actors that are lost while they start; then something keeps all of them from starting."""

_INTERVAL: Final = 0.25
"""Seconds after which whoever needs an actor looks whether one has loaded the models."""

_PATIENCE: Final = 30.0
"""Seconds without any actor after which a warning says so."""


class RayWorkers(Workers):
    """An actor for each CPU of the cluster that this process is in, or each GPU if the models run on GPUs.

    Actors that are lost are asked for again, so that machines that come back, or come new, are used.

    Args:
        models: the loaded models, with the settings and plan of the run.
        cancellation: ends the actors' work.
    """

    def __init__(self, models: LoadedModels, cancellation: CancellationToken) -> None:
        settings = models.settings
        self._ray = ray_module()
        is_on_gpu = settings.device.startswith("gpu")
        found = int(self._ray.cluster_resources().get("GPU" if is_on_gpu else "CPU", 0))
        self._count = min(settings.jobs if "jobs" in models.given else max(found, 1), MOST_ACTORS)
        # Ray shows an actor no GPU but its own.
        settings = replace(settings, jobs=1, device="gpu" if is_on_gpu else settings.device)
        self._setup = Setup(settings, models.infos)
        self._class = self._ray.remote(
            max_concurrency=2, num_cpus=1, num_gpus=1 if is_on_gpu else 0, max_restarts=0
        )(Actor)
        self._item_timeout = settings.item_timeout
        self._cancellation = cancellation
        self._changed = threading.Condition()
        self._idle: list[ActorHandle] = []
        self._all: set[ActorHandle] = set()
        self._starting: dict[ActorHandle, Future[Any]] = {}
        self._failure: ModelError | None = None
        self._lost_in_a_row = 0
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
        order = order_of(work)
        crashes = lost_nodes = 0
        while True:
            actor = self._take()
            try:
                done = actor.do(work, tell, self._cancellation, self._item_timeout)
            except LostError as error:
                self._replace(actor)
                crashes += not error.is_nodes_fault
                lost_nodes += error.is_nodes_fault
                if crashes == TRIES or lost_nodes == _MOST_LOST_NODES:
                    return Failed(
                        f"the worker that worked on it {error}, {crashes + lost_nodes} times", order
                    )
            except TooLongError:
                self._replace(actor)
                return Failed(took_too_long(self._item_timeout), order)
            except Cancelled:
                raise  # it is asked to drop the item when all workers are closed
            except Exception:
                self._give_back(actor)
                raise
            else:
                self._give_back(actor)
                return done

    def close(self) -> None:
        """See `Workers.close`."""
        with self._changed:
            is_first, self._is_closed = not self._is_closed, True
            actors = list(self._all)
        if not is_first:
            return
        busy = [future for actor in actors for future in actor.ask_to_end()]
        wait(busy, GRACE)
        wait([future for actor in actors for future in actor.close()], GRACE)
        for actor in actors:
            actor.kill()

    def _give_back(self, actor: ActorHandle) -> None:
        with self._changed:
            self._idle.append(actor)
            self._changed.notify()

    def _start(self) -> None:
        """Ask for one more actor; it is idle once it has loaded the models."""
        if self._is_closed or self._cancellation.is_cancelled:
            return
        actor = ActorHandle(self._ray, self._class.remote())
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
                if self._is_lost(error):
                    self._replace(actor)
                    continue
                lines = [line.strip() for line in str(error).splitlines() if line.strip()]
                found = Raised(ModelError(f"a machine of the cluster cannot run movenet-cli: {lines[-1]}"))
            if isinstance(found, Raised):
                self._failure = cast(ModelError, found.error)
            else:
                actor.node, actor.machine = found
                self._idle.append(actor)
                self._lost_in_a_row = 0
            self._changed.notify_all()

    def _is_lost(self, error: Exception) -> bool:
        """Whether an actor was lost while it started, as with its machine, and another one may do."""
        if not isinstance(error, self._ray.exceptions.RayActorError) or error.actor_init_failed:
            return False
        self._lost_in_a_row += 1
        return self._lost_in_a_row <= _MOST_LOST_IN_A_ROW

    def _take(self) -> ActorHandle:
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

    def _replace(self, actor: ActorHandle) -> None:
        """Give up an actor for good, and ask for another one."""
        actor.kill()
        with self._changed:
            self._all.discard(actor)
        self._start()
