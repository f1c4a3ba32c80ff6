"""The file of one segment's results: it outlives a killed run, and a video is put together from them."""

from typing import Any, Final

import msgspec
import numpy as np

from movenet_cli.core.types import FrameResult, Pose, Size
from movenet_cli.inference.crops import Square
from movenet_cli.inference.follow import Pursuit
from movenet_cli.io.storage.interface import StoredFile
from movenet_cli.run.segments.segment import Seam, SegmentResults

_VERSION: Final = "movenet-cli/segment-1"


def write_segment(place: StoredFile, segment: SegmentResults) -> None:
    """Write a segment's results, exactly as they are.

    Args:
        place: the file, in the folder of segments of a results folder, which must be there.
        segment: the results.

    Raises:
        OutputError: they cannot be written.
    """
    document = (
        _VERSION,
        [_packed(result) for result in segment.results],
        segment.start and _packed_seam(segment.start),
        segment.end and _packed_seam(segment.end),
    )
    place.write(msgspec.msgpack.encode(document))


def read_segment(place: StoredFile) -> SegmentResults | None:
    """What `write_segment` wrote; None when it is not there, or not whole."""
    if (data := place.read()) is None:
        return None
    try:
        version, results, start, end = msgspec.msgpack.decode(data)
        if version != _VERSION:
            return None
        unpacked = tuple(_unpacked(fields) for fields in results)
        return SegmentResults(unpacked, start and _unpacked_seam(start), end and _unpacked_seam(end))
    except (ValueError, TypeError, IndexError, msgspec.DecodeError):
        return None


def _packed(result: FrameResult) -> tuple[object, ...]:
    poses = [_packed_pose(pose) for pose in result.poses]
    size = result.size and (result.size.width, result.size.height)
    return result.index, result.time, result.status, poses, result.reason, size


def _unpacked(fields: Any) -> FrameResult:
    index, time, status, poses, reason, size = fields
    return FrameResult(index, time, status, tuple(map(_unpacked_pose, poses)), reason, size and Size(*size))


def _packed_pose(pose: Pose) -> tuple[object, ...]:
    return pose.keypoints.astype("<f4").tobytes(), pose.score, pose.box, pose.restarted


def _unpacked_pose(fields: Any) -> Pose:
    data, score, box, restarted = fields
    keypoints = np.frombuffer(data, "<f4").astype(np.float32).reshape(-1, 3)
    return Pose(keypoints, score, None if box is None else tuple(box), restarted=restarted)


def _packed_seam(seam: Seam) -> tuple[object, ...]:
    pursuit = seam.pursuit
    if pursuit is None:
        return seam.images, None, None
    square = pursuit.square and (*pursuit.square.centre, pursuit.square.side)
    return seam.images, _packed_pose(pursuit.pose), square


def _unpacked_seam(fields: Any) -> Seam:
    images, pose, square = fields
    pursuit = None
    if pose is not None:
        pursuit = Pursuit(_unpacked_pose(pose), square and Square((square[0], square[1]), square[2]))
    return Seam(tuple((time, checksum) for time, checksum in images), pursuit)
