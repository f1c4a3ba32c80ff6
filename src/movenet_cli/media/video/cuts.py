"""Where a long video may be cut: key frames whose numbers are known from the container's index."""

from typing import Final

from av.container import InputContainer
from av.video.stream import VideoStream

from movenet_cli.core.inputs import Segment

_SHORTEST: Final = 120
"""Frames: in a shorter segment, what its beginning costs would show."""
_MOST_SEGMENTS: Final = 256
"""Of one video: enough for many machines, and each of them worth opening the file once more."""


def segments_of(container: InputContainer, stream: VideoStream, origin: int) -> tuple[Segment, ...]:
    """Cut a video into segments; the same ones on every machine, since they depend on the file alone.

    Args:
        container: an open input.
        stream: its video stream.
        origin: presentation time of the first frame, in units of the stream.

    Returns:
        At least two segments; none where frames cannot be numbered before they are decoded, as in any
        container but MP4 and its relatives, or where the video is too short.
    """
    if "mp4" not in container.format.name:
        return ()
    entries = stream.index_entries
    shortest = max(_SHORTEST, len(entries) // _MOST_SEGMENTS)
    starts: list[tuple[int, int, int]] = []  # first, entry, seek
    shown, last, delay = 0, None, 0  # presentation times are this much later than the index's decoding times
    for place, entry in enumerate(entries):
        if last is not None and entry.timestamp <= last:
            return ()  # a seek would not know where to go
        last = entry.timestamp
        if entry.is_discard:
            continue
        if shown == 0:
            delay = origin - entry.timestamp
        if entry.is_keyframe and (not starts or shown - starts[-1][0] >= shortest):
            starts.append((shown, place, entry.timestamp + delay))
        shown += 1
    if starts and shown - starts[-1][0] < shortest:
        starts.pop()
    if len(starts) < 2 or starts[0][0] != 0:
        return ()
    ends = [*(first for first, _, _ in starts[1:]), None]
    return tuple(
        Segment(number, first, end, place, seek, origin)
        for number, ((first, place, seek), end) in enumerate(zip(starts, ends, strict=True))
    )
