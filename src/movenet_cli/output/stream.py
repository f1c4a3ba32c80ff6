"""A run's results as one stream of JSONL records, in the order of the inputs, whichever is done first."""

import contextlib
import select
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, Final

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.core.results import Header, InputOutcome, Summary
from movenet_cli.output.formats.jsonl import JsonlEncoder
from movenet_cli.output.formats.text_sink import StreamSink, send
from movenet_cli.output.interface import Order, Outputs, Sink, Written

STREAM_BUFFER: Final = 16 * 2**20
"""Bytes of results that may wait for the inputs before them."""

PIPE_BUF: Final = getattr(select, "PIPE_BUF", 4096)
"""Bytes that a pipe with room takes without making the writer wait."""

ROOM_INTERVAL: Final = 0.2
"""Seconds after which a writer that waits for the reader looks whether the run is being stopped."""


class StreamOrder(Order):
    """One input's records on the stream; it holds the stream, so it stays in this process.

    Args:
        slot: the input's place on the stream.
    """

    def __init__(self, slot: "Slot") -> None:
        self._slot = slot

    def begin(self, file: InputFile, check: Callable[[], None]) -> "StreamOrder":
        """See `Order.begin`; nobody remembers what was read."""
        return self

    def sinks(self, header: Header) -> Sequence[Sink]:
        """The stream."""
        return [StreamSink(JsonlEncoder(header), self._slot)]

    def written(
        self,
        media: Media,
        sinks: Sequence[Sink],
        summary: Summary,
        notes: tuple[str, ...],
        check: Callable[[], None],
    ) -> Written:
        """See `Order.written`."""
        return Written(media, summary, notes)


class StreamOutputs(Outputs):
    """JSONL records of all inputs on one stream, input after input, whoever is done first."""

    def __init__(self, stream: BinaryIO) -> None:
        self._queue = OrderedStream(stream)

    def kept(self, file: InputFile, order: Order | None = None) -> InputOutcome | None:
        """Nothing is kept of a stream."""
        return None

    def order(self, position: int, file: InputFile) -> StreamOrder:
        """See `Outputs.order`."""
        return StreamOrder(self._queue.slot(position))

    def commit(self, file: InputFile, written: Written) -> None:
        """Nothing is left to do."""

    def failed(self, file: InputFile, reason: str, order: Order | None) -> None:
        """Nothing is left to do; without its closing line the input is seen to be incomplete."""

    @contextlib.contextmanager
    def turn(self, position: int) -> Iterator[None]:
        """The next input's results may follow when this one's are out."""
        try:
            yield
        finally:
            self._queue.finish(position)

    def halt(self) -> None:
        """Wake whoever waits."""
        self._queue.halt()


class OrderedStream:
    """Lets several writers share a stream as if they wrote one after the other, in order of position.

    The writer whose turn it is writes through. What others write is kept in memory, up to a limit, from
    which on they wait.
    """

    def __init__(self, stream: BinaryIO, limit: int = STREAM_BUFFER) -> None:
        self._stream = stream
        self._limit = limit
        self._current = 0
        self._waiting: dict[int, list[bytes]] = {}
        self._finished: set[int] = set()
        self._buffered = 0
        self._cancellation = CancellationToken()
        self._changed = threading.Condition()

    def slot(self, position: int) -> "Slot":
        """A writer for the input at `position`."""
        return Slot(self, position)

    def write(self, position: int, data: bytes) -> None:
        """Write now or keep for later; waits while it is not this writer's turn and the buffer is full."""
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._cancellation.is_cancelled
                    or position == self._current
                    or self._buffered < self._limit
                )
            )
            if position == self._current:
                self._send(data)
            elif not self._cancellation.is_cancelled:
                self._waiting.setdefault(position, []).append(data)
                self._buffered += len(data)

    def finish(self, position: int) -> None:
        """This position writes no more; what waits behind it goes out.

        Raises:
            OutputError: the stream cannot be written.
        """
        with self._changed:
            self._finished.add(position)
            while self._current in self._finished:
                self._finished.remove(self._current)
                self._current += 1
                for data in self._waiting.pop(self._current, []):
                    self._buffered -= len(data)
                    if not self._cancellation.is_cancelled:
                        self._send(data)
            self._changed.notify_all()

    def halt(self) -> None:
        """Let everybody go; what still waits is dropped, also behind a reader that takes nothing more."""
        self._cancellation.cancel()  # before the lock, which a writer holds while it waits for the reader
        with self._changed:
            self._changed.notify_all()

    def _send(self, data: bytes) -> None:
        """Write in pieces that a pipe with room takes at once, so that the wait for room can be ended."""
        for start in range(0, len(data), PIPE_BUF):
            while not _has_room(self._stream, ROOM_INTERVAL):
                if self._cancellation.is_cancelled:
                    return
            send(self._stream, data[start : start + PIPE_BUF])


def _has_room(stream: BinaryIO, seconds: float) -> bool:
    """Whether the stream takes a piece now or within the time; what cannot be asked is taken to."""
    try:
        asked = select.poll()
        asked.register(stream.fileno(), select.POLLOUT)
    except (AttributeError, OSError):
        return True
    return bool(asked.poll(seconds * 1000))


class Slot:
    """One position's end of an `OrderedStream`; has what `StreamSink` needs of a binary stream."""

    def __init__(self, queue: OrderedStream, position: int) -> None:
        self._queue = queue
        self._position = position

    def write(self, data: bytes) -> int:
        """Write at this position's turn."""
        self._queue.write(self._position, data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""
