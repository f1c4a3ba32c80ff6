"""Where results go: an ordered stream of several writers, bounded memory, nobody left waiting."""

import io
import os
import threading
from pathlib import Path

import pytest

from movenet_cli.core.cancellation import CancellationToken, Cancelled
from movenet_cli.core.inputs import InputFile, Media
from movenet_cli.core.results import Summary
from movenet_cli.media.opening import media_of
from movenet_cli.output.folder.layout import Layout
from movenet_cli.output.folder.result_settings import ResultSettings
from movenet_cli.output.folder.results_folder import results_folder
from movenet_cli.output.stream import OrderedStream
from tests.output.formats.examples import image_header
from tests.support.media import write_image


def test_later_positions_wait_their_turn() -> None:
    stream = io.BytesIO()
    queue = OrderedStream(stream)
    queue.slot(1).write(b"b1 ")
    queue.slot(0).write(b"a1 ")
    assert stream.getvalue() == b"a1 "
    queue.slot(1).write(b"b2 ")
    queue.finish(1)
    queue.slot(0).write(b"a2 ")
    queue.finish(0)
    queue.slot(2).write(b"c ")
    assert stream.getvalue() == b"a1 a2 b1 b2 c "


def test_many_threads_give_one_order() -> None:
    stream = io.BytesIO()
    queue = OrderedStream(stream, limit=50)
    work = iter(range(40))
    take = threading.Lock()

    def worker() -> None:
        while True:
            with take:
                position = next(work, None)
            if position is None:
                return
            for part in range(3):
                queue.slot(position).write(f"{position}.{part} ".encode())
            queue.finish(position)

    workers = [threading.Thread(target=worker) for _ in range(5)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(20)
    expected = "".join(f"{position}.{part} " for position in range(40) for part in range(3))
    assert stream.getvalue().decode() == expected


def test_halt_frees_a_writer_that_waits() -> None:
    queue = OrderedStream(io.BytesIO(), limit=1)
    queue.slot(1).write(b"fills the buffer")
    waiting = threading.Thread(target=queue.slot(1).write, args=(b"waits",))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    queue.halt()
    waiting.join(10)
    assert not waiting.is_alive()


def test_halt_frees_a_writer_whose_reader_has_stopped_reading() -> None:
    reader, writer = os.pipe()
    with open(reader, "rb") as end, open(writer, "wb") as stream:  # noqa: PTH123 - descriptors, not paths
        queue = OrderedStream(stream)
        writing = threading.Thread(target=queue.slot(0).write, args=(b"x" * 10_000_000,), daemon=True)
        writing.start()
        writing.join(0.5)
        assert writing.is_alive(), "no pipe holds so much"
        queue.halt()
        writing.join(10)
        assert not writing.is_alive()
        assert end.read(5) == b"xxxxx"


def test_halt_ends_the_reading_of_inputs(tmp_path: Path) -> None:
    """What the fingerprint of a large input takes, and that of one that was touched since it was done."""
    file = InputFile(write_image(tmp_path / "a.png"), "a.png")
    keys: dict[Media, str] = {"image": "key", "video": "key"}
    settings = {
        media: ResultSettings(key, {"models": [], "kinds": [], "options": {}}) for media, key in keys.items()
    }
    with results_folder(tmp_path / "out", Layout(["json"], False), settings, [file], media_of) as outputs:
        stopped = CancellationToken()
        order = outputs.order(0, file).begin(file, stopped.check)
        sinks = order.sinks(image_header("a.png"))
        for sink in sinks:
            sink.close(Summary(1, 1, 0, 0))
        outputs.commit(file, order.written("image", sinks, Summary(1, 1, 0, 0), (), lambda: None))
        os.utime(file.path)
        outputs.halt()
        stopped.cancel()
        with pytest.raises(Cancelled):
            order.begin(file, stopped.check)
        with pytest.raises(Cancelled):
            outputs.kept(file)
