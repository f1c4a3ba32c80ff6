"""The boxes of an mp4 or QuickTime file: where the file was cut off, and what its index claims.

ISO/IEC 14496-12. FFmpeg takes a table of samples that was cut short for the whole one, and makes room for
every sample that a table claims to list, whatever the file's size.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, chain, repeat
from pathlib import Path
from typing import BinaryIO, Final

from movenet_cli.errors import MediaError

_FIRST: Final = frozenset((b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"pnot", b"styp"))
_INDEX: Final = frozenset((b"moov", b"moof"))
_OPENED: Final = _INDEX | {b"trak", b"mdia", b"minf", b"stbl", b"traf"}
"""Boxes that hold other ones, of which some are wanted here."""

_MOST_BOXES: Final = 1_000_000
_MOST_DEPTH: Final = 8


@dataclass(slots=True)
class Track:
    """One track of the index.

    Attributes:
        kind: `vide`, `soun`, …
        samples: how many are listed.
        steps: how many samples in turn have which duration, in units of the track.
    """

    kind: bytes = b""
    samples: int = 0
    steps: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_plain_sound(self) -> bool:
        """Whether each value of the sound is a sample, as in PCM: nobody lists them one by one."""
        return self.kind == b"soun" and len(self.steps) == 1 and self.steps[0][1] == 1


@dataclass(frozen=True, slots=True)
class Boxes:
    """What is known of a file from its boxes.

    Attributes:
        size: of the file, bytes.
        cut: the index, `moov` or `moof`, in which the file ends; None when all there is of them is whole.
        tracks: those of the index, as far as it is there.
        fragment_samples: how many samples the fragments list.
    """

    size: int
    cut: bytes | None = None
    tracks: tuple[Track, ...] = ()
    fragment_samples: int = 0

    def check(self) -> None:
        """Refuse an index that cannot be true, which would fill memory and disk.

        Raises:
            MediaError: when it lists more samples than the file has bytes.
        """
        listed = self.fragment_samples + sum(t.samples for t in self.tracks if not t.is_plain_sound)
        if listed > self.size:
            raise MediaError(
                f"the file's index is damaged: it lists {listed:,} frames in a file of {self.size:,} bytes"
            )

    def times(self, count: int) -> Iterator[int]:
        """When each sample of the video track of `count` samples is decoded, in units of the track."""
        track = next((t for t in self.tracks if t.kind == b"vide" and t.samples == count), Track())
        return accumulate(chain.from_iterable(repeat(step, n) for n, step in track.steps), initial=0)


def read_boxes(path: Path) -> Boxes:
    """Walk over a file's boxes; of a file of another format nothing is known.

    Raises:
        MediaError: when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return _Walk(file).boxes()
    except OSError as error:
        raise MediaError(f"cannot be read: {error.strerror}") from error
    except struct.error as error:
        raise MediaError("the file became shorter while it was read") from error


class _Walk:
    """One pass over a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, 2)
        self._count = 0
        self._tracks: list[Track] = []
        self._fragment_samples = 0

    def boxes(self) -> Boxes:
        """Everything that is wanted of the file."""
        cut = None
        for kind, start, end in self._children(0, self._size):
            if self._count == 1 and kind not in _FIRST:
                break
            if kind in _INDEX:
                cut = kind if end > self._size else cut
                self._open(start, min(end, self._size), 1)
        return Boxes(self._size, cut, tuple(self._tracks), self._fragment_samples)

    def _children(self, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        """Kind, begin and end of the content of each box in this part of the file."""
        while end - start >= 8 and self._count < _MOST_BOXES:
            self._count += 1
            self._file.seek(start)
            size, kind = struct.unpack(">I4s", self._file.read(8))
            content = start + 8
            if size == 1 and end - start >= 16:
                (size,) = struct.unpack(">Q", self._file.read(8))
                content += 8
            if size == 0:  # to the end of the file
                size = end - start
            if size < content - start:
                return
            yield kind, content, start + size
            start += size

    def _open(self, start: int, end: int, depth: int) -> None:
        for kind, begin, told_end in self._children(start, end):
            stop = min(told_end, end)
            if kind == b"trak":
                self._tracks.append(Track())
            if kind in _OPENED and depth < _MOST_DEPTH:
                self._open(begin, stop, depth + 1)
            elif kind == b"trun":
                self._fragment_samples += self._number(begin + 4, stop)
            elif self._tracks:
                self._read_table(kind, begin, stop, self._tracks[-1])

    def _read_table(self, kind: bytes, start: int, end: int, track: Track) -> None:
        if kind == b"hdlr" and not track.kind:
            self._file.seek(start + 8)
            track.kind = self._file.read(4)
        elif kind in (b"stsz", b"stz2"):
            track.samples = self._number(start + 8, end)
        elif kind == b"stts":
            count = min(self._number(start + 4, end), (end - start - 8) // 8)
            self._file.seek(start + 8)
            track.steps = list(struct.iter_unpack(">II", self._file.read(max(0, count) * 8)))

    def _number(self, start: int, end: int) -> int:
        if end - start < 4:
            return 0
        self._file.seek(start)
        (number,) = struct.unpack(">I", self._file.read(4))
        return int(number)
