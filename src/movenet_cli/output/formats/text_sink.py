"""Sinks for encoded results: a file for each input, or a stream that takes one input after the other."""

from pathlib import Path
from typing import Protocol

from movenet_cli.core.results import Summary
from movenet_cli.core.types import FailedFrame, Frame, FrameResult
from movenet_cli.errors import OutputError
from movenet_cli.io.atomic import AtomicFile
from movenet_cli.output.interface import Encoder, Sink


class StreamClosedError(OutputError):
    """Whoever read the stream has gone (a closed pipe): stop quietly."""


class ByteStream(Protocol):
    """What `StreamSink` needs of a binary stream."""

    def write(self, data: bytes, /) -> object:
        """Take the bytes."""

    def flush(self) -> object:
        """Hand them on."""


class TextSink(Sink):
    """One input's results in one format, to one file."""

    def __init__(
        self, encoder: Encoder, path: Path, root: Path | None = None, *, staged: bool = False
    ) -> None:
        """Open the file and write the beginning; arguments and errors as `AtomicFile`."""
        self._encoder = encoder
        self._file = AtomicFile(path, root, staged=staged)
        try:
            self._file.write(encoder.begin())
        except BaseException:
            self._file.abort()
            raise

    def write(self, frame: Frame | FailedFrame, result: FrameResult) -> None:
        """See `Sink.write`; the pixels are not looked at."""
        self._file.write(self._encoder.frame(result))

    def close(self, summary: Summary) -> None:
        """See `Sink.close`."""
        self._file.write(self._encoder.end(summary))
        self._file.close()

    def abort(self) -> None:
        """See `Sink.abort`."""
        self._file.abort()

    @property
    def staged(self) -> Path | None:
        """See `Sink.staged`."""
        return self._file.staged


class StreamSink(Sink):
    """One input's results to an open binary stream, each frame handed on at once.

    Raises:
        StreamClosedError: from any method, when nobody reads any more.
        OutputError: from any method, when the stream cannot be written for another reason.
    """

    def __init__(self, encoder: Encoder, stream: ByteStream) -> None:
        """Write the beginning; the stream stays the caller's."""
        self._encoder = encoder
        self._stream = stream
        self._send(encoder.begin())

    def write(self, frame: Frame | FailedFrame, result: FrameResult) -> None:
        """See `Sink.write`; the pixels are not looked at."""
        self._send(self._encoder.frame(result))

    def close(self, summary: Summary) -> None:
        """Write the closing line, which says that this input is complete."""
        self._send(self._encoder.end(summary))

    def abort(self) -> None:
        """Nothing to undo: without its closing line the input is seen to be incomplete."""

    def _send(self, text: str) -> None:
        send(self._stream, text.encode())


def send(stream: ByteStream, data: bytes) -> None:
    """Write to the stream, and hand it on at once; errors as `StreamSink`."""
    try:
        stream.write(data)
        stream.flush()
    except BrokenPipeError as error:
        raise StreamClosedError("the reader of the results has gone") from error
    except OSError as error:
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error
