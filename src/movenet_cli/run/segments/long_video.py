"""One long video in segments: which are to be done, whether they fit together, and what their results are."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from movenet_cli.core.inputs import InputFile, Segment
from movenet_cli.core.results import Summary
from movenet_cli.core.shard import Shard
from movenet_cli.inference.follow import Pursuit
from movenet_cli.inference.relay import agree
from movenet_cli.io.storage.interface import StoredFile
from movenet_cli.run.workers.work import CutVideo, Done, Failed, JoinWork, SegmentDone, SegmentWork

LONG: Final = 10_000
"""Frames from which on a video is cut also while there are other inputs, and shared between shards: what is
done survives a kill."""


class CutUp:
    """Segments of a video that are to be done; not safe for several threads at once.

    Args:
        file: the video.
        cut: into what.
        segments: those that are to be done, each started afresh.

    Attributes:
        is_sound: whether the segments are exactly what the whole video has there, as far as is known.
        failure: of a segment that could not be annotated at all.
    """

    def __init__(self, file: InputFile, cut: CutVideo, segments: Iterable[Segment]) -> None:
        self.file = file
        self.cut = cut
        self._to_do = deque(self._work(segment, None) for segment in segments)
        self.is_sound = True
        self.failure: Failed | None = None

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to do in segments, however that went."""
        return self._is_done or not self.is_sound or self.failure is not None

    @property
    def _is_done(self) -> bool:
        raise NotImplementedError

    @property
    def has_work(self) -> bool:
        """Whether a segment is to be done at the moment."""
        return bool(self._to_do) and not self.is_over

    def next(self) -> SegmentWork | None:
        """A segment that is to be done; None when there is none at the moment."""
        return self._to_do.popleft() if self.has_work else None

    def done(self, work: SegmentWork, done: Done) -> None:
        """Take note of a segment."""
        if isinstance(done, Failed):
            self.failure = done
        if isinstance(done, SegmentDone):
            self._take(work, done)
        else:
            self.is_sound = False

    def _take(self, work: SegmentWork, done: SegmentDone) -> None:
        raise NotImplementedError

    def _work(self, segment: Segment, before: Pursuit | None) -> SegmentWork:
        variant = "" if before is None else f"{before.pose.keypoints.tobytes().hex()} {before.square}"
        place = self.cut.order.segment_place(self.cut.info.media, segment.number, variant)
        return SegmentWork(self.file, self.cut.info, segment, place, before, self.cut.order.content)


class VideoShare(CutUp):
    """What one shard does of a video; `movenet merge` puts the video together.

    Args:
        file: the video.
        cut: into what.
        shard: which one.

    Attributes:
        segments: how many are done.
        summary: counts of their frames.
    """

    def __init__(self, file: InputFile, cut: CutVideo, shard: Shard) -> None:
        mine = [segment for segment in cut.segments if shard.has_segment(file.name, segment.number)]
        super().__init__(file, cut, mine)
        self._wanted = len(mine)
        self.segments = 0
        self.summary = Summary()

    @property
    def _is_done(self) -> bool:
        return self.segments == self._wanted

    def _take(self, work: SegmentWork, done: SegmentDone) -> None:
        self.segments += 1


class LongVideo(CutUp):
    """A video that is put together when all its segments are done.

    From the first segment on, each is compared with the one before: where both follow the same person, it
    stays; else it is done again from the end of the one before, as if the video were followed in one go. So
    the results do not depend on who did what when.

    Args:
        file: the video.
        cut: into what.
    """

    def __init__(self, file: InputFile, cut: CutVideo) -> None:
        super().__init__(file, cut, cut.segments)
        self._done: dict[int, tuple[SegmentWork, SegmentDone]] = {}
        self._places: list[StoredFile] = []

    @property
    def is_ready(self) -> bool:
        """Whether every segment is done and fits to the one before."""
        return len(self._places) == len(self.cut.segments)

    @property
    def _is_done(self) -> bool:
        return self.is_ready

    def _take(self, work: SegmentWork, done: SegmentDone) -> None:
        """Take note of a segment, and of those behind it that can now be compared with it."""
        self._done[work.segment.number] = work, done
        for number in range(len(self._places), len(self.cut.segments)):
            if number not in self._done:
                return
            if number and not self._fits(number):
                return
            self._places.append(self._done[number][0].place)

    def join(self) -> JoinWork:
        """The work that is left when it is ready."""
        return JoinWork(self.file, self.cut.order, self.cut.info, self.cut.segments, tuple(self._places))

    def remove_results(self) -> None:
        """Remove the segments' results, which nobody needs any more."""
        for work, _ in self._done.values():
            work.place.remove()

    def _fits(self, number: int) -> bool:
        """Whether a segment goes on where the one before ends; else it is put up to be done again."""
        work, done = self._done[number]
        end, start = self._done[number - 1][1].end, done.start
        if end is None or start is None or end.images != start.images:
            self.is_sound = False
            return False
        if work.before is not None or agree(end.pursuit, start.pursuit):
            return True
        del self._done[number]
        self._to_do.appendleft(self._work(work.segment, end.pursuit))
        return False
