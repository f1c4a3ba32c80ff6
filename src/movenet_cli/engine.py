"""Frames in, results out, in order: worker threads that each own an executable copy of the models."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TypeAlias

from movenet_cli.estimators.interface import Estimator
from movenet_cli.models.interface import Model, Runner
from movenet_cli.poses import Frame, FrameResult, Skipped

Outcome: TypeAlias = tuple[Frame | Skipped, FrameResult]


class Engine:
    """Loaded models behind a pool of worker threads; several inputs may use it at once.

    Args:
        models: the networks, in the order that the estimators expect them.
        jobs: number of worker threads; each creates its own runners when it first works.
        min_score: what counts as seen.
    """

    def __init__(self, models: Sequence[Model], jobs: int, min_score: float) -> None:
        self._models = tuple(models)
        self._batch = min(model.info.max_batch for model in self._models)
        self._lookahead = jobs + 1
        self._min_score = min_score
        self._workers = ThreadPoolExecutor(jobs, thread_name_prefix="movenet-worker")
        self._local = threading.local()

    def results(self, frames: Iterable[Frame | Skipped], estimator: Estimator) -> Iterator[Outcome]:
        """Look at the frames of one input.

        At most a few batches are under way at once, so a long video never piles up in memory.

        Args:
            frames: in order; pulled in the calling thread.
            estimator: of this input.

        Yields:
            Each frame with its result, in the order given.
        """
        lookahead = 1 if estimator.sequential else self._lookahead
        pending: deque[Future[list[Outcome]]] = deque()
        try:
            for chunk in _chunks(frames, 1 if estimator.sequential else self._batch):
                if len(pending) >= lookahead:
                    yield from pending.popleft().result()
                pending.append(self._workers.submit(self._estimate, chunk, estimator))
            while pending:
                yield from pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()

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

    def _estimate(self, chunk: Sequence[Frame | Skipped], estimator: Estimator) -> list[Outcome]:
        """Work of one worker thread: one batch."""
        frames = [frame for frame in chunk if isinstance(frame, Frame)]
        poses = iter(estimator.estimate(frames, self._runners()) if frames else [])
        return [
            (frame, FrameResult.of(frame, next(poses), self._min_score))
            if isinstance(frame, Frame)
            else (frame, FrameResult.failed(frame))
            for frame in chunk
        ]

    def _runners(self) -> tuple[Runner, ...]:
        if not hasattr(self._local, "runners"):
            self._local.runners = tuple(model.runner() for model in self._models)
        runners: tuple[Runner, ...] = self._local.runners
        return runners


def _chunks(frames: Iterable[Frame | Skipped], size: int) -> Iterator[list[Frame | Skipped]]:
    """Cut a stream into lists of at most `size`, without reading ahead."""
    chunk: list[Frame | Skipped] = []
    for frame in frames:
        chunk.append(frame)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
