"""What is odd about a source's sound or metadata costs the overlay that at most, never the images."""

import logging
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from movenet_cli.core.results import Summary
from movenet_cli.errors import MediaError
from movenet_cli.output.overlay.image import open_overlay
from tests.media.clips import write_clip, write_clip_with_sound
from tests.output.overlay.clips import audio_packets, clip_pixels, frame, header, image, make_clip, overlay
from tests.support.media import write_song

TIMES = [index / 25 for index in range(50)]
STEADY = [frame(index, time, image()) for index, time in enumerate(TIMES)]


def test_a_title_that_is_not_utf8(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", TIMES, audio="aac")
    with av.open(str(clip)) as source, av.open(str(tmp_path / "titled.mkv"), "w") as container:
        container.metadata["title"] = "a title of its own"
        copies = {each.index: container.add_stream_from_template(each) for each in source.streams}
        for packet in source.demux():
            if packet.size:
                packet.stream = copies[packet.stream_index]
                container.mux(packet)
    titled = tmp_path / "titled.mkv"
    titled.write_bytes(titled.read_bytes().replace(b"a title of its own", b"\xff title of its own"))
    path = overlay(tmp_path / "o.mp4", titled, STEADY)
    assert len(clip_pixels(path)) == 50
    assert audio_packets(path) == audio_packets(clip)


def test_sound_of_an_unknown_codec(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clip = make_clip(tmp_path / "clip.mkv", TIMES, audio="mp2")
    data = clip.read_bytes()
    assert data.count(b"A_MPEG/L2") == 1
    clip.write_bytes(data.replace(b"A_MPEG/L2", b"A_WHAT/L2"))
    with caplog.at_level(logging.WARNING):
        path = overlay(tmp_path / "o.mp4", clip, STEADY)
    assert len(clip_pixels(path)) == 50
    with av.open(str(path)) as container:
        assert not container.streams.audio
    assert "the overlay is silent" in caplog.text


def _add_caption(path: Path) -> None:
    """Insert a line of text into a flv file, a stream of its own that the header does not announce."""

    def text(value: bytes) -> bytes:
        return len(value).to_bytes(2, "big") + value

    data, tags, place = path.read_bytes(), [], 13
    while place < len(data):
        size = 11 + int.from_bytes(data[place + 1 : place + 4], "big") + 4
        tags.append(data[place : place + size])
        place += size
    fields = text(b"type") + b"\x02" + text(b"Text") + text(b"text") + b"\x02" + text(b"hello")
    body = b"\x02" + text(b"onTextData") + b"\x03" + fields + b"\0\0\x09"
    middle = len(tags) * 3 // 4
    tag = b"\x12" + len(body).to_bytes(3, "big") + tags[middle][4:8] + bytes(3) + body
    caption = tag + len(tag).to_bytes(4, "big")
    path.write_bytes(data[:13] + b"".join(tags[:middle]) + caption + b"".join(tags[middle:]))


def test_a_stream_that_the_header_does_not_announce(tmp_path: Path) -> None:
    clip = write_clip_with_sound(tmp_path / "clip.flv", 150, loudness=0.2)
    whole = audio_packets(clip)
    _add_caption(clip)
    items = [frame(number, number / 25, image()) for number in range(150)]
    assert audio_packets(overlay(tmp_path / "o.mp4", clip, items)) == whole


def test_a_source_that_is_no_video_any_more(tmp_path: Path) -> None:
    song = write_song(tmp_path / "song.m4a")
    sink = open_overlay(tmp_path / "o.mp4", song, header())
    sink.write(*STEADY[0])
    with pytest.raises(MediaError, match="no video any more"):
        sink.close(Summary())
    assert list(tmp_path.iterdir()) == [song]


@pytest.mark.parametrize(
    ("name", "codec"), [("clip.ts", "aac"), ("clip.mkv", "flac"), ("clip.mkv", "libopus")]
)
def test_damaged_sound_costs_no_image(tmp_path: Path, name: str, codec: str) -> None:
    """Each packet of sound is overwritten in turn; an mp4 file does not take every one of them."""
    clip = make_clip(tmp_path / name, TIMES[:12], audio=codec, audio_seconds=0.5)
    sound, chance = clip.read_bytes(), np.random.default_rng(3)
    for _ in range(25):
        data = np.frombuffer(sound, np.uint8).copy()
        half = len(data) // 2  # the sound is written after the images
        places = chance.integers(half, len(data), 30)
        data[places] = chance.integers(0, 256, 30)
        clip.write_bytes(data.tobytes())
        path = overlay(tmp_path / "o.mp4", clip, STEADY[:12])
        assert len(clip_pixels(path)) == 12


def test_sound_whose_clock_steps_back(tmp_path: Path) -> None:
    """A packet of sound that is encoded anew claims a time far ahead: those before it are left out."""
    clip = make_clip(tmp_path / "clip.mkv", TIMES, audio="mp2")
    packet = audio_packets(clip)[10]
    data = bytearray(clip.read_bytes())
    place = data.index(packet)
    time = int.from_bytes(data[place - 3 : place - 1], "big")
    data[place - 3 : place - 1] = (time + 500).to_bytes(2, "big")
    clip.write_bytes(data)
    path = overlay(tmp_path / "o.mp4", clip, STEADY)
    assert len(clip_pixels(path)) == 50
    assert len(audio_packets(path)) > 60


def test_a_rate_of_one_image_in_years(tmp_path: Path) -> None:
    clip = write_clip(
        tmp_path / "clip.avi", 3, codec="mjpeg", pixel_format="yuvj420p", rate=Fraction(1, 100_000_000)
    )
    items = [frame(number, number * 1e8, image()) for number in range(3)]
    assert len(clip_pixels(overlay(tmp_path / "o.mp4", clip, items, header(fps=None)))) == 3
