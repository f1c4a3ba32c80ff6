"""The overlay of a video: its frames with skeletons as an mp4; times, colours and sound are the source's."""

import contextlib
import queue
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final

from movenet_cli.core.results import Header, Summary
from movenet_cli.core.types import FailedFrame, Frame, FrameResult
from movenet_cli.io.atomic import AtomicFile
from movenet_cli.output.interface import Sink
from movenet_cli.output.overlay.look import Look
from movenet_cli.output.overlay.mp4 import Mp4Writer
from movenet_cli.output.overlay.source_streams import NoStreams, SourceStreams
from movenet_cli.output.overlay.video_frames import FrameMaker

_DEPTH: Final = 4
"""Frames that may wait for the encoder."""

_GUESSED_RATE: Final = 25.0
"""Frames a second, of a video that tells neither times nor rate."""

_DENOMINATOR: Final = 1001
"""Enough for the rates in use, 30000/1001 among them."""

_Item = tuple[Frame | FailedFrame, FrameResult]


class OverlayVideo(Sink):
    """One video with skeletons.

    Times count from the first image. A frame that failed adds none: the one before it stays. Painting and
    encoding happen in a thread of their own; what goes wrong there is raised by the next call. Without a
    single image there is no file.

    Raises:
        MediaError: from `write` or `close`, when this video cannot be encoded.
    """

    def __init__(
        self,
        path: Path,
        source: Path | None,
        header: Header,
        root: Path | None = None,
        look: Look | None = None,
        *,
        staged: bool = False,
    ) -> None:
        """Open the file.

        Args:
            path: the file to write.
            source: the input's file, asked for its sound and colours; None when it is made of images.
            header: what is known of the input and the model.
            root: see `AtomicFile`.
            look: see `open_overlay`.
            staged: see `AtomicFile`.
        """
        self._file = AtomicFile(path, root, staged=staged)
        self._painter = _Painter(self._file, source, header, look or Look.usual(header))
        self._queue: queue.Queue[_Item | None] = queue.Queue(_DEPTH)
        self._error: BaseException | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="movenet-overlay", daemon=True)
        self._thread.start()

    def write(self, frame: Frame | FailedFrame, result: FrameResult) -> None:
        """See `Sink.write`; waits while the encoder is behind."""
        self._raise_error()
        self._queue.put((frame, result))

    def close(self, summary: Summary) -> None:
        """See `Sink.close`."""
        self._join()
        try:
            self._raise_error()
            if self._painter.has_image:
                self._file.close()
        finally:
            self.abort()

    def abort(self) -> None:
        """See `Sink.abort`; what waits is dropped."""
        self._stopped = True
        self._file.abort()  # without its file the container closes at once
        self._join()
        if self._file.staged is None:
            with contextlib.suppress(OSError):
                self._file.temporary.unlink(missing_ok=True)  # the thread may just have made it anew

    @property
    def staged(self) -> Path | None:
        """See `Sink.staged`."""
        return self._file.staged

    def _join(self) -> None:
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        """Take items until the closing None; from an error on, or when stopped, only take them."""
        for item in iter(self._queue.get, None):
            self._attempt(self._painter.add, *item)
        self._attempt(self._painter.finish)
        self._painter.drop()

    def _attempt(self, step: Callable[..., None], *item: object) -> None:
        if self._stopped or self._error is not None:
            return
        try:
            step(*item)
        except BaseException as error:  # noqa: BLE001 - raised again by the next call
            self._error = error


class _Painter:
    """The encoding thread's part: everything that knows of pixels and times."""

    def __init__(self, file: AtomicFile, source: Path | None, header: Header, look: Look) -> None:
        self._file = file
        self._source = source
        self._header = header
        self._look = look
        self._rate = header.info.fps or _GUESSED_RATE
        self._streams: NoStreams | None = None
        self._maker: FrameMaker | None = None
        self._writer: Mp4Writer | None = None
        self._first: float | None = None
        self._last = 0.0
        self._count = 0

    def add(self, frame: Frame | FailedFrame, result: FrameResult) -> None:
        """Paint and encode one frame; a skipped one only counts for the end."""
        time = frame.index / self._rate if frame.time is None else frame.time
        if self._first is None:
            self._first = time
        self._last = time
        self._count += 1
        if isinstance(frame, FailedFrame):
            return
        if self._writer is None or self._maker is None:
            self._streams = self._open_streams(time)
            self._maker = FrameMaker(frame.image, self._streams.colours, self._look)
            self._writer = Mp4Writer(self._file.path, self._file.temporary, self._maker.shape, self._streams)
        self._writer.write(self._maker.frame(frame.image, result), time)

    def _open_streams(self, start: float) -> NoStreams:
        if self._source is None:
            return NoStreams(Fraction(self._rate).limit_denominator(_DENOMINATOR))
        return SourceStreams(self._source, start, self._header.info.rotation)

    @property
    def has_image(self) -> bool:
        """Whether there is anything to see."""
        return self._writer is not None

    def finish(self) -> None:
        """Encode what is left; the last image stays as long as frames did on average."""
        if self._writer is None or self._first is None:
            return
        gaps = self._count - 1
        step = (self._last - self._first) / gaps if gaps else 1 / self._rate
        self._writer.finish(self._last + step)

    def drop(self) -> None:
        """Free the encoder, finished or not, and the source."""
        if self._writer is not None:
            self._writer.close()
        if self._streams is not None:
            self._streams.close()
