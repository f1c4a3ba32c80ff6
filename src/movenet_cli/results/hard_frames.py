"""The frames most worth labelling: where the model is uncertain or jumps, spread over time and inputs.

A frame's hardness is 1 - (1 - uncertainty) × (1 - jump), each from 0 to 1:

* uncertainty: of the least certain person, 1 less the mean score of the keypoints. In a frame without
  anybody, half of how near the best pose came to being a person.
* jump: how far the keypoints are from where the frames before and after would have them, on the line between
  theirs, as a share of the person's size (the mean distance d gives d / (d + 0.1)). It is 1 where somebody is
  seen in this frame and in neither neighbour, or the other way round. It needs a single person, or ids.

Frames are then taken one by one, the hardest first; what is near in time to a frame that has been taken, or
belongs to an input that has given many, counts less.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from movenet_cli.core.inputs import Media
from movenet_cli.core.results import Header
from movenet_cli.core.types import FloatArray, FrameResult, Pose, Thresholds
from movenet_cli.errors import InputError
from movenet_cli.results.finding import DocumentFile, find_documents
from movenet_cli.results.reading import open_document

_JUMP_SCALE: Final = 0.1
_BUCKET: Final = 1.0
"""Seconds of a video in which only the hardest frame is considered."""


@dataclass(frozen=True, slots=True)
class HardFrame:
    """A frame that was looked at.

    Attributes:
        source: the input's name.
        media: of the input.
        index: of the frame.
        time: seconds; None for an image.
        uncertainty: 0 to 1.
        jump: 0 to 1.
    """

    source: str
    media: Media
    index: int
    time: float | None
    uncertainty: float
    jump: float

    @property
    def hardness(self) -> float:
        """Both together, 0 to 1."""
        return 1 - (1 - self.uncertainty) * (1 - self.jump)


@dataclass(slots=True)
class HardFrames:
    """What was found, and what could not be read.

    Attributes:
        frames: the hardest first, as they were taken.
        broken: name and reason of inputs whose documents cannot be read.
    """

    frames: list[HardFrame] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)


def hard_frames(folder: Path, count: int) -> HardFrames:
    """Choose frames of a results folder; memory holds one frame for each second of video.

    Args:
        folder: with JSON or JSONL documents.
        count: how many frames to choose; there may be fewer.

    Raises:
        InputError: there are no documents, or none that can be read.
    """
    found, candidates = HardFrames(), list[HardFrame]()
    for document in find_documents(folder):
        with _noting_what_is_broken(document.name, found.broken):
            candidates += _hardest_of(document)
    if not candidates and found.broken:
        raise InputError(found.broken[0][1])
    found.frames = spread(candidates, count)
    return found


@contextlib.contextmanager
def _noting_what_is_broken(name: str, broken: list[tuple[str, str]]) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        broken.append((name, str(error)))


def judged(header: Header, results: Iterable[FrameResult]) -> Iterator[HardFrame]:
    """Each frame of an input that was examined, with its uncertainty and jump."""
    window: list[FrameResult | None] = [None, None]
    for result in results:
        if result.status != "failed":
            yield from _judge(header, window[0], window[1], result)
            window = [window[1], result]
    yield from _judge(header, window[0], window[1], None)


def _judge(
    header: Header, before: FrameResult | None, frame: FrameResult | None, after: FrameResult | None
) -> Iterator[HardFrame]:
    if frame is not None:
        uncertainty = _uncertainty(frame, header)
        jump = 0.0 if before is None or after is None else _jump(before, frame, after, header)
        yield HardFrame(header.source, header.info.media, frame.index, frame.time, uncertainty, jump)


def _uncertainty(frame: FrameResult, header: Header) -> float:
    if people := header.people(frame):
        return min(1.0, max(0.0, 1 - min(float(pose.keypoints[:, 2].mean()) for pose in people)))
    return max((0.5 * _nearness(pose, header.thresholds) for pose in frame.poses), default=0.0)


def _nearness(pose: Pose, thresholds: Thresholds) -> float:
    """How near a pose is to being a person, 0 to 1."""
    decisive = np.sort(pose.keypoints[:, 2])[-thresholds.min_keypoints]
    shares = [
        value / least
        for value, least in ((float(decisive), thresholds.min_score), (pose.score, thresholds.min_pose_score))
        if least > 0
    ]
    return min(1.0, max(0.0, min(shares, default=1.0)))


def _jump(before: FrameResult, frame: FrameResult, after: FrameResult, header: Header) -> float:
    if before.status == after.status != frame.status:
        return 1.0
    were, are, will_be = (_by_id(each, header) for each in (before, frame, after))
    share = (frame.index - before.index) / (after.index - before.index)
    shared = were.keys() & are.keys() & will_be.keys()
    return max((_offset(were[key], are[key], will_be[key], share) for key in shared), default=0.0)


def _by_id(frame: FrameResult, header: Header) -> dict[int, FloatArray]:
    """Keypoints of those seen who can be told from others: by their id, or because there is but one."""
    poses = header.people(frame)
    if header.model.kind == "single":
        return dict(enumerate(pose.keypoints for pose in poses))
    return {pose.id: pose.keypoints for pose in poses if pose.id is not None}


def _offset(before: FloatArray, now: FloatArray, after: FloatArray, share: float) -> float:
    """How far a person is from the place between its neighbours at `share` of the way, 0 to 1."""
    expected = (1 - share) * before[:, :2] + share * after[:, :2]
    size = float(np.hypot(*np.ptp(now[:, :2], axis=0)))
    distance = float(np.hypot(*(now[:, :2] - expected).T).mean()) / max(size, 1.0)
    return distance / (distance + _JUMP_SCALE)


def _hardest_of(document: DocumentFile) -> list[HardFrame]:
    """The hardest frame of each second of an input."""
    best: dict[int, HardFrame] = {}
    with open_document(document.path, document.name) as opened:
        for frame in judged(opened.header, opened.frames()):
            bucket = 0 if frame.time is None else int(frame.time // _BUCKET)
            if bucket not in best or frame.hardness > best[bucket].hardness:
                best[bucket] = frame
    return list(best.values())


def spread(candidates: Sequence[HardFrame], count: int) -> list[HardFrame]:
    """Take so many frames, hard ones that are not all alike; ties go to the first."""
    inputs = {
        source: number for number, source in enumerate(dict.fromkeys(each.source for each in candidates))
    }
    owner = np.array([inputs[each.source] for each in candidates], np.int64)
    times = np.array([each.time or 0.0 for each in candidates])
    hardness = np.array([each.hardness for each in candidates])
    fair = max(1.0, count / max(1, len(inputs)))
    taken = np.zeros(len(inputs))
    near, is_free = np.ones(len(candidates)), np.ones(len(candidates), bool)
    chosen: list[HardFrame] = []
    while len(chosen) < min(count, len(candidates)):
        value = np.where(is_free, hardness * near / (1 + taken[owner] / fair), -1.0)
        best = int(value.argmax())
        chosen.append(candidates[best])
        is_free[best] = False
        same = owner == owner[best]
        taken[owner[best]] += 1
        gap = np.abs(times[same] - times[best])
        scale = max(_BUCKET, float(np.ptp(times[same])) / 20)
        near[same] = np.minimum(near[same], gap / (gap + scale))
    return chosen
