"""Actors that are lost while they start, with a stand-in for Ray; real ones: tests/end_to_end/test_ray.py."""

from collections.abc import Iterator
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.errors import ModelError
from movenet_cli.run.workers import ray_workers
from movenet_cli.run.workers.ray_actor import _Answer
from movenet_cli.run.workers.ray_workers import RayWorkers
from movenet_cli.run.workers.work import Failed
from movenet_cli.settings import Settings


class ActorError(Exception):
    """In the place of Ray's."""

    def __init__(self, reason: str, actor_init_failed: bool = False) -> None:
        super().__init__(reason)
        self.actor_init_failed = actor_init_failed


class Method:
    """A method of an actor that gives the same each time."""

    def __init__(self, result: Any) -> None:
        self._result = result

    def remote(self, *_: Any) -> Any:
        future: Future[Any] = Future()
        if isinstance(self._result, Exception):
            future.set_exception(self._result)
        else:
            future.set_result(self._result)
        return SimpleNamespace(future=lambda: future)


class Ray:
    """A cluster on which the actors that are asked for one after the other start as these say."""

    exceptions = SimpleNamespace(RayActorError=ActorError, RayError=ActorError, RayTaskError=KeyError)

    def __init__(self, starts: Iterator[Any]) -> None:
        self._starts = starts
        self.asked_for = 0

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 1}

    def remote(self, **_: Any) -> Any:
        return lambda _: SimpleNamespace(remote=self._actor)

    def kill(self, _: Any) -> None:
        pass

    def _actor(self) -> Any:
        self.asked_for += 1
        answer = _Answer((), Failed("as it should be"))
        return SimpleNamespace(load=Method(next(self._starts)), do=Method(answer))


def start(monkeypatch: pytest.MonkeyPatch, starts: Iterator[Any]) -> tuple[Ray, RayWorkers]:
    ray = Ray(starts)
    monkeypatch.setattr(ray_workers, "ray_module", lambda: ray)
    monkeypatch.setattr(ray_workers, "_INTERVAL", 0.01)
    models: Any = SimpleNamespace(settings=Settings(), given=frozenset(), infos=())
    return ray, RayWorkers(models, CancellationToken())


WORK: Any = SimpleNamespace(file=SimpleNamespace(url=None, name="a.jpg"), order=None)


def test_one_that_is_lost_while_it_starts_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = ActorError("The actor never ran - it was cancelled before it started running.")
    ray, workers = start(monkeypatch, iter([lost, lost, ("node", "machine")]))
    with workers:
        assert workers.do(WORK, lambda *_: None) == Failed("as it should be")
    assert ray.asked_for == 3


def test_when_all_are_lost_the_run_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    ray, workers = start(monkeypatch, iter([ActorError("lost")] * 100))
    with workers, pytest.raises(ModelError, match="cannot run movenet-cli: lost"):
        workers.do(WORK, lambda *_: None)
    assert ray.asked_for == 21


def test_one_that_cannot_be_made_ends_the_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ray, workers = start(monkeypatch, iter([ActorError("No module named movenet_cli", True)]))
    with workers, pytest.raises(ModelError, match="No module named movenet_cli"):
        workers.do(WORK, lambda *_: None)
    assert ray.asked_for == 1
