"""Expected frames, held against those that really come."""

from pathlib import Path

import pytest

from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import FrameRange, FrameSequence, InputFile
from movenet_cli.media.expected_frames import Expected, expected_frames
from movenet_cli.media.video.source import VideoSource
from tests.support.media import write_image, write_song, write_video

RANGES = [
    FrameRange(),
    FrameRange(stride=7),
    FrameRange(start=0.95, end=2.05),
    FrameRange(start_frame=5, stride=4),
    FrameRange(end_frame=12, max_frames=40),
    FrameRange(max_frames=3),
    FrameRange(fps=4.0),
    FrameRange(start=60.0),
    FrameRange(start=1.0, fps=0.5),
]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three seconds; a Matroska file does not tell its number of frames."""
    folder = tmp_path_factory.mktemp("clips")
    return [write_video(folder / name, 30, fps=10) for name in ("a.mp4", "b.mkv")]


@pytest.mark.parametrize("wanted", RANGES, ids=str)
def test_about_as_many_frames_come(clips: list[Path], wanted: FrameRange) -> None:
    for clip in clips:
        with VideoSource(clip, wanted, max_pixels=10**6, cancellation=CancellationToken()) as source:
            came = len(list(source.frames()))
        expected = expected_frames(InputFile(clip, clip.name), wanted)
        assert expected is not None
        assert abs(expected.frames - came) <= 1
        assert not expected.is_exact


def test_other_files(tmp_path: Path) -> None:
    image = InputFile(write_image(tmp_path / "a.jpg"), "a.jpg")
    assert expected_frames(image, FrameRange(stride=5)) == Expected(1, is_exact=True)
    (tmp_path / "text.mp4").write_text("no video")
    for path in (tmp_path / "text.mp4", tmp_path / "gone.mp4", write_song(tmp_path / "song.mp4")):
        assert expected_frames(InputFile(path, path.name), FrameRange()) is None


def test_numbered_images_and_what_is_elsewhere(tmp_path: Path) -> None:
    sequence = InputFile(tmp_path / "%d.png", "%d.png", FrameSequence(3, 52, 25.0))
    assert expected_frames(sequence, FrameRange(stride=2)) == Expected(25)
    assert expected_frames(sequence, FrameRange(start=1.0)) == Expected(25)
    for name, expected in (("a.jpg", Expected(1, is_exact=True)), ("a.mp4", None)):
        file = InputFile(Path("https://host", name), name, url=f"https://host/{name}")
        assert expected_frames(file, FrameRange()) == expected
