"""Files that name other files: what they lead to is never opened; and containers that are still read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.errors import ExitCode, MediaError
from movenet_cli.media.opening import open_source
from tests.conftest import PROJECT
from tests.media.clips import numbers, read, write_clip

HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
PLAYLISTS = {
    "concat.mp4": "ffconcat version 1.0\nfile {}\n",
    "concat": "\nffconcat version 1.0\nfile {}\n",
    "hls.m3u8": HLS,
    "hls.mp4": HLS,
    "dash.mpd": '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{}</BaseURL></MPD>\n',
    "session.mp4": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {} RTP/AVP 96\n",
}


def _annotate(model: Path, *arguments: object) -> tuple[int, str]:
    command = [sys.executable, "-m", "movenet_cli", "annotate", *map(str, arguments), "-m", str(model), "-q"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stderr


def test_a_pipe_behind_a_playlist_does_not_hang_the_run(a_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    os.mkfifo(folder / "pipe.dat")
    (folder / "a.mp4").write_text("ffconcat version 1.0\nfile pipe.dat\n")
    write_clip(folder / "b.mp4", 3)
    code, errors = _annotate(a_model, folder, "-o", tmp_path / "out")
    assert code == ExitCode.PARTIAL
    assert errors.splitlines() == [
        "movenet: a.mp4: a playlist, not a video: name the files that it lists instead"
    ]
    assert [path.name for path in (tmp_path / "out/keypoints").iterdir()] == ["b.mp4.json"]


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_neighbour_is_not_annotated_under_the_name_of_a_playlist(tmp_path: Path, name: str) -> None:
    neighbour = write_clip(tmp_path / "neighbour.ts", 3)
    for target in (neighbour.name, neighbour):
        path = tmp_path / name
        path.write_text(PLAYLISTS[name].format(target))
        with pytest.raises(MediaError, match="not a video"):
            open_source(InputFile(path, name), FrameRange())


def test_numbered_images_are_not_taken_for_one_video(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"frame_{number:03d}.tga").write_bytes(
            b"\0\0\2" + bytes(9) + b"\1\0\1\0\x18\0" + bytes(3)
        )
    path = tmp_path / "frame_%03d.tga"
    path.write_bytes((tmp_path / "frame_000.tga").read_bytes())
    with pytest.raises(MediaError, match="not a video"):
        open_source(InputFile(path, path.name), FrameRange())


@pytest.mark.parametrize(
    ("suffix", "codec", "pixel_format"),
    [
        *((suffix, "libx264", "yuv420p") for suffix in ("mp4", "mov", "m4v", "3gp")),
        *((suffix, "libx264", "yuv420p") for suffix in ("mkv", "flv", "ts", "m2ts")),
        ("webm", "libvpx-vp9", "yuv420p"),
        ("avi", "mpeg4", "yuv420p"),
        ("mpg", "mpeg2video", "yuv420p"),
        ("vob", "mpeg2video", "yuv420p"),
        ("m2v", "mpeg2video", "yuv420p"),
        ("wmv", "wmv2", "yuv420p"),
        ("mxf", "mpeg2video", "yuv420p"),
        ("y4m", "rawvideo", "yuv420p"),
        ("gif", "gif", "rgb8"),
        ("apng", "apng", "rgb24"),
        ("mjpeg", "mjpeg", "yuvj420p"),
        ("h264", "libx264", "yuv420p"),
        ("ivf", "libvpx-vp9", "yuv420p"),
        ("nut", "libx264", "yuv420p"),
    ],
)
def test_containers_are_read(tmp_path: Path, suffix: str, codec: str, pixel_format: str) -> None:
    path = write_clip(tmp_path / f"a.{suffix}", 12, codec=codec, pixel_format=pixel_format)
    assert numbers(read(path)) == list(range(12))
