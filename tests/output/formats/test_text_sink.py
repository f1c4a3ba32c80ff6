"""Results to files and to streams, whole and broken off."""

import io
import json
import os
from pathlib import Path

import pytest

from movenet_cli import settings
from movenet_cli.core.types import FailedFrame, FrameResult
from movenet_cli.errors import ExitCode, MediaError, OutputError
from movenet_cli.output.formats.json import JsonEncoder
from movenet_cli.output.formats.jsonl import JsonlEncoder
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.output.formats.text_sink import StreamClosedError, StreamSink, TextSink
from tests.output.formats.examples import encoded, pose, summary_of, video_header, video_results

NO_FRAME = FailedFrame(0, None, "pixels are not looked at")


def test_the_command_line_offers_every_format() -> None:
    assert tuple(FORMATS) == settings.FORMATS


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_file_holds_the_encoders_text(tmp_path: Path, name: str) -> None:
    results = video_results()
    path = FORMATS[name].path(tmp_path, "clips/a.mp4")
    sink = TextSink(FORMATS[name].encoder(video_header()), path)
    for result in results:
        sink.write(NO_FRAME, result)
    assert not path.exists()
    sink.close(summary_of(results))
    sink.abort()
    expected = encoded(FORMATS[name].encoder(video_header()), results)
    assert path.read_bytes() == expected.encode()
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]


def test_places_keep_the_full_name() -> None:
    places = {name: each.path(Path("out"), "b/a.jpg").as_posix() for name, each in FORMATS.items()}
    assert places == {
        "json": "out/keypoints/b/a.jpg.json",
        "jsonl": "out/keypoints/b/a.jpg.jsonl",
        "csv": "out/keypoints/b/a.jpg.csv",
        "coco": "out/.movenet/coco/b/a.jpg.coco",
    }


def test_a_broken_off_input_leaves_no_file(tmp_path: Path) -> None:
    sink = TextSink(JsonEncoder(video_header()), tmp_path / "a.json")
    sink.write(NO_FRAME, video_results()[0])
    sink.abort()
    assert list(tmp_path.iterdir()) == []


def test_a_header_that_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        TextSink(JsonEncoder(video_header(limit=float("nan"))), tmp_path / "a.json")
    assert list(tmp_path.iterdir()) == []


def test_a_frame_that_is_no_number_fails_this_input_only(tmp_path: Path) -> None:
    sink = TextSink(JsonEncoder(video_header()), tmp_path / "a.json")
    with pytest.raises(MediaError):
        sink.write(NO_FRAME, FrameResult(0, 0.0, "ok", (pose(score=float("nan")),)))
    sink.abort()
    assert list(tmp_path.iterdir()) == []


def test_a_stream_takes_one_input_after_the_other() -> None:
    stream = io.BytesIO()
    for source in ("a.mp4", "b.mp4"):
        sink = StreamSink(JsonlEncoder(video_header(source)), stream)
        for result in video_results():
            sink.write(NO_FRAME, result)
        sink.close(summary_of(video_results()))
        sink.abort()
    records = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [record["record"] for record in records] == ["header", *["frame"] * 4, "summary"] * 2
    assert [record["source"] for record in records] == ["a.mp4"] * 6 + ["b.mp4"] * 6


def test_a_reader_that_has_gone_is_told_apart_from_other_faults() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with (
        os.fdopen(theirs, "wb", buffering=0) as stream,
        pytest.raises(StreamClosedError) as caught,
    ):
        StreamSink(JsonlEncoder(video_header()), stream)
    assert caught.value.exit_code is ExitCode.OUTPUT


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_stream_that_cannot_be_written() -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as stream,
        pytest.raises(OutputError, match=r"standard output.*No space") as caught,
    ):
        StreamSink(JsonlEncoder(video_header()), stream)
    assert not isinstance(caught.value, StreamClosedError)
