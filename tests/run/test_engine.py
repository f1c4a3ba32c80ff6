"""The engine: order kept, nothing lost, bounded work ahead, one runner per worker."""

from collections.abc import Iterator

import numpy as np
import pytest

from movenet_cli.core.types import FailedFrame, Frame, Size, Thresholds
from movenet_cli.inference.whole import WholeMulti, WholeSingle
from movenet_cli.run.engine import Engine
from tests.support.fakes import ArraySource, BlobModel, blob


def hundred(pulled: list[int]) -> Iterator[Frame | FailedFrame]:
    """A hundred frames; `pulled` gets the number of each that somebody takes."""
    for frame in ArraySource([blob(10, 10)] * 100).frames():
        pulled.append(frame.index)
        yield frame


def test_order_is_kept_when_frames_take_unequal_time() -> None:
    images = [blob(4 + index, 20) for index in range(24)]
    model = BlobModel(delays=[0.02 if index % 5 == 0 else 0.0 for index in range(24)])
    with Engine([model], 4, Thresholds(0.3)) as engine:
        outcomes = list(engine.results(ArraySource(images).frames(), WholeSingle(Size(64, 64), 0.3)))
    assert [result.index for _, result in outcomes] == list(range(24))
    assert [frame.index for frame, _ in outcomes] == list(range(24))
    found = [float(result.poses[0].keypoints[0, 0]) for _, result in outcomes]
    np.testing.assert_allclose(found, np.arange(24) + 4, atol=0.51)
    assert len(model.runners) <= 4


def test_failed_frames_keep_their_place() -> None:
    images = [blob(10, 10), None, np.zeros((48, 64, 3), np.uint8)]
    with Engine([BlobModel()], 2, Thresholds(0.3)) as engine:
        outcomes = list(engine.results(ArraySource(images).frames(), WholeSingle(Size(64, 64), 0.3)))
    assert [result.status for _, result in outcomes] == ["ok", "failed", "empty"]
    assert isinstance(outcomes[1][0], FailedFrame)
    assert outcomes[1][1].reason == "frame could not be decoded"
    assert len(outcomes[2][1].poses) == 1


@pytest.mark.parametrize("batch", [1, 3, 8])
def test_batches_give_the_same_results(batch: int) -> None:
    images = [blob(6 + 5 * index, 30) if index % 4 else None for index in range(10)]
    model = BlobModel(max_batch=batch)
    with Engine([model], 2, Thresholds(0.3)) as engine:
        outcomes = list(engine.results(ArraySource(images).frames(), WholeSingle(Size(64, 64), 0.3)))
    assert [result.index for _, result in outcomes] == list(range(10))
    found = [result.poses[0].keypoints[0, 0] for _, result in outcomes if result.status == "ok"]
    np.testing.assert_allclose(found, [6 + 5 * index for index in range(10) if index % 4], atol=0.51)
    assert max(shape[0] for runner in model.runners for shape in runner.seen) <= batch


def test_multi_pose_adapts_its_input_to_each_image() -> None:
    model = BlobModel("multi", None, max_batch=4)
    frames = list(ArraySource([blob(30, 20, (90, 160)), blob(30, 20, (160, 90))]).frames())
    with Engine([model], 1, Thresholds(0.3)) as engine:
        outcomes = list(engine.results(frames, WholeMulti(None, 256, 0.3, 6)))
    assert [shape for runner in model.runners for shape in runner.seen] == [
        (1, 160, 256, 3),
        (1, 256, 160, 3),
    ]
    for _, result in outcomes:
        np.testing.assert_allclose(result.poses[0].keypoints[0, :2], [30, 20], atol=0.6)


def test_reading_ahead_is_bounded() -> None:
    pulled: list[int] = []
    with Engine([BlobModel()], 2, Thresholds(0.3)) as engine:
        results = engine.results(hundred(pulled), WholeSingle(Size(64, 64), 0.3))
        next(results)
        assert len(pulled) <= 16  # a chunk of 4 for each of 2 workers, one waiting, one in hand
        results.close()


def test_many_inputs_at_once_read_no_further_ahead_than_one() -> None:
    pulled: list[int] = []
    with Engine([BlobModel()], 2, Thresholds(0.3)) as engine:
        inputs = [engine.results(hundred(pulled), WholeSingle(Size(64, 64), 0.3)) for _ in range(10)]
        for results in inputs:
            next(results)
        assert len(pulled) <= 4 * (10 + 10 + 2)  # of each a chunk in hand and one under way; 2 ahead
        for results in inputs:
            results.close()
        inputs = [engine.results(hundred(pulled), WholeSingle(Size(64, 64), 0.3)) for _ in range(2)]
        assert [len(list(results)) for results in inputs] == [100, 100]


def test_an_error_of_the_source_reaches_the_caller() -> None:
    with Engine([BlobModel()], 2, Thresholds(0.3)) as engine:
        results = engine.results(
            ArraySource([blob(9, 9), OSError("gone")]).frames(), WholeSingle(Size(64, 64), 0.3)
        )
        with pytest.raises(OSError, match="gone"):
            list(results)
        (again,) = engine.results([Frame(7, None, next(iter(ArraySource([blob(9, 9)]).frames())).image)],
                                  WholeSingle(Size(64, 64), 0.3))  # fmt: skip
    assert again[1].index == 7
