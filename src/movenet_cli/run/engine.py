"""The engine: worker threads that find the poses in frames and hand back the results in order."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from types import TracebackType
from typing import Final, TypeAlias

from movenet_cli.core.types import FailedFrame, Frame, FrameResult, Thresholds
from movenet_cli.inference.interface import Estimator
from movenet_cli.models.interface import Model, Runner

Outcome: TypeAlias = tuple[Frame | FailedFrame, FrameResult]

_CHUNK: Final = 4
"""Frames of a video that a worker takes at once: fewer hand-overs between threads, warmer caches."""


class Engine:
    """Loaded models behind a pool of worker threads; several inputs may use it at once.

    Args:
        models: the networks, in the order that the estimators expect them.
        jobs: number of worker threads, and of copies of the models, each made when it is first needed.
        thresholds: what it takes for a pose to be a person.
    """

    def __init__(self, models: Sequence[Model], jobs: int, thresholds: Thresholds) -> None:
        self._models = tuple(models)
        self._batch = min(model.info.max_batch for model in self._models)
        self._ahead = threading.Semaphore(jobs)
        self._thresholds = thresholds
        self._workers = ThreadPoolExecutor(jobs, thread_name_prefix="movenet-worker")
        self._idle: SimpleQueue[tuple[Runner, ...] | None] = SimpleQueue()
        for _ in range(jobs):
            self._idle.put(None)  # made when it is first needed

    def results(self, frames: Iterable[Frame | FailedFrame], estimator: Estimator) -> Iterator[Outcome]:
        """Find the poses in the frames of one input.

        Each input may have one chunk under way, and all inputs together one more for each worker, so the
        frames of long videos never pile up in memory, however many videos there are. What cannot be spread
        over the workers (an image, or frames that need the pose of the one before) is done in the calling
        thread.

        Args:
            frames: in order; pulled in the calling thread.
            estimator: of this input.

        Yields:
            Each frame with its result, in the order given.
        """
        size = 1 if estimator.sequential else max(self._batch, _CHUNK)
        pending: deque[Future[list[Outcome]]] = deque()
        ahead = 0  # how many of the engine's permits to run ahead this input holds
        try:
            for chunk in _chunks(frames, size):
                if estimator.sequential or (len(chunk) < size and not pending):
                    yield from self._estimate(chunk, estimator)  # not worth a hand-over
                    continue
                if pending:  # a second chunk at the same time takes a permit, or waits for the first
                    if self._ahead.acquire(blocking=False):
                        ahead += 1
                    else:
                        yield from pending.popleft().result()
                pending.append(self._workers.submit(self._estimate, chunk, estimator))
            while pending:
                yield from pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
            for _ in range(ahead):
                self._ahead.release()

    def close(self) -> None:
        """Stop the workers once their current frame is done."""
        self._workers.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> "Engine":
        """Enter the context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the workers."""
        self.close()

    def _estimate(self, chunk: Sequence[Frame | FailedFrame], estimator: Estimator) -> list[Outcome]:
        """Find the poses in a chunk, batch by batch, in whatever thread this is."""
        with self._runners() as runners:
            batches = _chunks(chunk, self._batch)
            return [
                outcome for batch in batches for outcome in self._estimate_batch(batch, estimator, runners)
            ]

    def _estimate_batch(
        self, batch: Sequence[Frame | FailedFrame], estimator: Estimator, runners: Sequence[Runner]
    ) -> list[Outcome]:
        """One call of the network; failed frames are left out of it and keep their place."""
        frames = [frame for frame in batch if isinstance(frame, Frame)]
        poses = iter(estimator.estimate(frames, runners) if frames else [])
        return [
            (frame, FrameResult.of(frame, next(poses), self._thresholds))
            if isinstance(frame, Frame)
            else (frame, FrameResult.failed(frame))
            for frame in batch
        ]

    @contextmanager
    def _runners(self) -> Iterator[tuple[Runner, ...]]:
        """One copy of each model, for this thread alone; waits while all are in use."""
        runners = self._idle.get()
        try:
            if runners is None:
                runners = tuple(model.runner() for model in self._models)
            yield runners
        finally:
            self._idle.put(runners)


def _chunks(frames: Iterable[Frame | FailedFrame], size: int) -> Iterator[list[Frame | FailedFrame]]:
    """Cut a stream into lists of at most `size`, without reading ahead."""
    chunk: list[Frame | FailedFrame] = []
    for frame in frames:
        chunk.append(frame)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
