"""Overlays from results: which frames, what is drawn on them, and what is refused."""

from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from movenet_cli.cli.main import run
from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.model_info import Kind
from movenet_cli.core.results import Header
from movenet_cli.core.skeleton import INDEX
from movenet_cli.core.types import ByteArray, FrameResult, Pose, Size, Thresholds
from movenet_cli.errors import ExitCode
from movenet_cli.output.folder.fingerprint import fingerprint, location_of
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.records import Entry
from movenet_cli.output.overlay.draw import LEFT, PEOPLE
from tests.output.formats.examples import MODEL, write_results
from tests.output.overlay.clips import audio_packets, clip_pixels, clip_times, make_clip, person
from tests.support.media import write_image, write_video

GREY = np.full((240, 160, 3), 120, np.uint8)
STANDING = person(40, 30, 80, 180)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def annotated(
    source: Path,
    results: list[FrameResult],
    name: str | None = None,
    kind: Kind = "single",
    **options: object,
) -> None:
    """Results of an input in `out`, as if `annotate` had made them."""
    media = "image" if source.suffix in (".png", ".jpg") else "video"
    name = name or source.name
    info = SourceInfo(media, 160, 240, fps=10.0 if media == "video" else None)  # type: ignore[arg-type]
    header = Header(
        name, info, replace(MODEL, kind=kind), Size(256, 256), {"min_score": 0.3, **options}, Thresholds(0.3)
    )
    write_results(Path("out"), ["json"], [(header, results)])
    journal = Journal(Path("out"))
    journal.add(Entry(name, fingerprint(source), "key", {}, {}, path=location_of(source)))
    journal.close()


def still(file: str = "a.png", *poses: Pose, **more: object) -> Path:
    source = write_image(Path("in", file), GREY)
    annotated(source, [FrameResult(0, None, "ok", poses or (STANDING,))], **more)  # type: ignore[arg-type]
    return source


def clip(name: str = "c.mp4", count: int = 6, failed: int | None = None) -> Path:
    """A video in which the person moves by ten pixels a frame."""
    source = write_video(Path("in", name), [GREY] * count)
    results = [
        FrameResult(n, n / 10, "ok", (person(10 * n, 30, 80, 180),))
        if n != failed
        else FrameResult(n, n / 10, "failed", (), "frame could not be decoded")
        for n in range(count)
    ]
    annotated(source, results)
    return source


def render(*options: str) -> int:
    return run(["render", "out", *options])


def pixels(name: str, folder: str = "movenet-render") -> ByteArray:
    read = cv2.imread(f"{folder}/overlay/{name}", cv2.IMREAD_UNCHANGED)
    assert read is not None
    code = cv2.COLOR_BGRA2RGBA if read.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return cv2.cvtColor(read, code)  # type: ignore[return-value]


def at(image: ByteArray, pose: Pose, name: str) -> tuple[int, ...]:
    x, y = pose.keypoints[INDEX[name], :2].astype(int)
    return tuple(image[y, x].tolist())


def test_an_image_and_a_video_each_frame_with_its_own_pose() -> None:
    still()
    clip(failed=2)
    assert render() == ExitCode.OK
    assert at(pixels("a.png"), STANDING, "left_hip") == LEFT
    path = Path("movenet-render/overlay/c.mp4")
    shown = clip_pixels(path)
    assert clip_times(path) == pytest.approx([0, 0.1, 0.3, 0.4, 0.5], abs=1e-5)
    for image, n in zip(shown, (0, 1, 3, 4, 5), strict=True):
        colour = at(image, person(10 * n, 30, 80, 180), "left_hip")
        assert np.abs(np.array(colour) - LEFT).max() < 40
    assert sorted(each.name for each in Path("movenet-render").rglob("*") if each.is_file()) == [
        "a.png", "c.mp4", "journal.jsonl", "lock",
    ]  # fmt: skip


def test_sound_is_kept() -> None:
    Path("in").mkdir()
    source = make_clip(Path("in/c.mp4"), [n / 25 for n in range(50)], size=(160, 240), audio="aac")
    annotated(source, [FrameResult(n, n / 25, "empty") for n in range(50)])
    assert render() == ExitCode.OK
    assert audio_packets(Path("movenet-render/overlay/c.mp4")) == audio_packets(source)


def test_frames_of_a_range_and_of_a_stride() -> None:
    source = write_video(Path("in/c.mp4"), [GREY] * 10)
    annotated(source, [FrameResult(n, n / 10, "ok", (STANDING,)) for n in (0, 3, 6, 9)], stride=3)
    assert render("--start", "2f", "--end", "0.9") == ExitCode.OK
    assert clip_times(Path("movenet-render/overlay/c.mp4")) == pytest.approx([0, 0.3], abs=1e-5)
    assert render("--start", "99f", "-o", "late") == ExitCode.INPUT
    assert not Path("late/overlay/c.mp4").exists()


def test_styles_and_threshold() -> None:
    faint = person(40, 30, 80, 180, score=0.4)
    still("a.png", faint)
    hip, knee = faint.keypoints[[INDEX["left_hip"], INDEX["left_knee"]], :2]
    x, y = ((hip + knee) / 2).astype(int)
    expected = {
        "lines": (True, False),
        "dots": (False, False),
        "boxes": (False, True),
        "lines,boxes": (True, True),
    }
    for style, (lines, boxes) in expected.items():
        assert render("--style", style, "-o", style) == ExitCode.OK
        image = pixels("a.png", style)
        assert (tuple(image[y, x]) != (120, 120, 120)) == lines
        assert (tuple(image[60, 40]) != (120, 120, 120)) == boxes
        assert (at(image, faint, "left_wrist") == LEFT) == (style == "dots")
    assert render("--min-score", "0.5", "-o", "nobody") == ExitCode.OK
    assert (pixels("a.png", "nobody") == 120).all()


def test_people_are_told_apart_by_colour() -> None:
    pair = (person(10, 60, 50, 150, id=2), person(90, 60, 50, 150, id=5))
    still("a.png", *pair, kind="multi")
    assert render() == ExitCode.OK
    image = pixels("a.png")
    assert [at(image, pose, "left_hip") for pose in pair] == [PEOPLE[2], PEOPLE[5]]
    assert [at(image, pose, "right_hip") for pose in pair] == [PEOPLE[2], PEOPLE[5]]
    assert (image[40:58, 12:16] == PEOPLE[2]).all(axis=2).any()  # the plate of the id
    assert render("--colour-by", "side", "--no-ids", "--style", "dots", "-o", "sides") == ExitCode.OK
    image = pixels("a.png", "sides")
    assert at(image, pair[0], "left_hip") == LEFT
    assert (image[30:58] == 120).all()
    assert render("--scores", "--no-ids", "-o", "scores") == ExitCode.OK
    assert (pixels("a.png", "scores")[40:58, 12:16] == PEOPLE[2]).all(axis=2).any()


def test_backgrounds() -> None:
    still("a.jpg")
    clip()
    assert render("--background", "black", "-o", "black") == ExitCode.OK
    assert np.abs(pixels("a.jpg", "black")[:20].astype(int)).max() < 10
    assert clip_pixels(Path("black/overlay/c.mp4"))[0][-10:].max() < 10
    assert render("--background", "transparent", "-o", "clear") == ExitCode.PARTIAL
    image = pixels("a.jpg.png", "clear")
    assert (image[:20, :, 3] == 0).all()
    assert at(image, STANDING, "left_hip") == (*LEFT, 255)
    edges = image[(image[..., 3] > 60) & (image[..., 3] < 200)]
    assert len(edges)
    assert sorted(each.name for each in Path("clear/overlay").iterdir()) == ["a.jpg.png"]


def test_a_soft_edge_keeps_its_colour_on_a_transparent_background() -> None:
    still("a.png", person(40, 30, 80, 180, score=0.31))
    assert render("--background", "transparent", "--style", "lines") == ExitCode.OK
    image = pixels("a.png").astype(int)
    shown = image[(image[..., 3] > 100) & (image[..., 3] < 250)]
    assert np.abs(shown[:, :3] - LEFT).sum(axis=1).min() < 12


def test_side_by_side_and_frame_number() -> None:
    still()
    clip()
    assert render("--side-by-side", "--frame-number") == ExitCode.OK
    image = pixels("a.png")
    assert image.shape == (240, 320, 3)
    assert (image[:, :160] == 120).all()
    assert at(image[:, 160:], STANDING, "left_hip") == LEFT
    assert (image[220:] == 120).all()  # an image has no number
    shown = clip_pixels(Path("movenet-render/overlay/c.mp4"))
    assert shown[0].shape == (240, 320, 3)
    assert shown[0][-8:, 160:180].mean() > 150
    assert np.abs(shown[0][-8:, :150].astype(int) - 120).max() < 10


def test_faces_are_blurred_before_skeletons_are_drawn() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (240, 160, 3), np.uint8)
    source = write_image(Path("in/a.png"), noise)
    partly = person(40, 30, 80, 180)
    partly.keypoints[[1, 2, 3, 4], 2] = 0.05
    annotated(source, [FrameResult(0, None, "ok", (partly,))])
    assert render("--blur-faces", "--style", "lines") == ExitCode.OK
    x, y = partly.keypoints[0, :2].astype(int)
    image = pixels("a.png")
    face = image[y - 6 : y + 6, x - 6 : x + 6].astype(int)
    assert np.abs(np.diff(face, axis=1)).mean() < 15
    assert np.array_equal(image[:15], noise[:15])
    assert at(image, partly, "left_hip") != tuple(
        noise[int(partly.keypoints[11, 1]), int(partly.keypoints[11, 0])]
    )


def test_inputs_that_are_gone_or_changed_are_failures(capsys: pytest.CaptureFixture[str]) -> None:
    still("a.png")
    gone, changed = still("b.png"), still("c.png")
    gone.unlink()
    write_image(changed, GREY // 2)
    assert render() == ExitCode.PARTIAL
    said = capsys.readouterr().err
    assert "b.png: there is no file" in said
    assert "--root" in said
    assert "c.png is not the file that was annotated" in said
    assert "1 of 3 overlays rendered" in said
    assert [each.name for each in Path("movenet-render/overlay").iterdir()] == ["a.png"]
    Path("in/a.png").unlink()
    assert render("-o", "none") == ExitCode.INPUT


def test_inputs_that_have_moved() -> None:
    still("a.png", name="deep/a.png")
    Path("moved/deep").mkdir(parents=True)
    Path("in/a.png").rename("moved/deep/a.png")
    assert render() == ExitCode.INPUT
    assert render("--root", "moved") == ExitCode.OK
    assert Path("movenet-render/overlay/deep/a.png").is_file()


def test_without_a_journal_the_size_must_be_right(capsys: pytest.CaptureFixture[str]) -> None:
    still("a.png")
    Path("out/journal.jsonl").unlink()
    assert render() == ExitCode.INPUT
    assert "do not tell where it is" in capsys.readouterr().err
    assert render("--root", "in") == ExitCode.OK
    write_image(Path("in/a.png"), GREY[:100])
    assert render("--root", "in", "-o", "other") == ExitCode.INPUT
    assert "image of 160x100 pixels, not image of 160x240" in capsys.readouterr().err


def test_frames_that_the_input_does_not_have(capsys: pytest.CaptureFixture[str]) -> None:
    source = write_video(Path("in/c.mp4"), [GREY] * 4)
    annotated(source, [FrameResult(n, n / 10, "empty") for n in range(6)])
    assert render() == ExitCode.INPUT
    assert "frame 4 of the results cannot be found in it" in capsys.readouterr().err
    assert list(Path("movenet-render").rglob("*.mp4")) == []


@pytest.mark.parametrize("option", [["--ids"], ["--start", "1"], ["--end", "9f"], ["--frame-number"]])
def test_options_without_effect_are_refused(
    option: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    still("a.png", kind="multi")
    assert render(*option) == ExitCode.USAGE
    assert f"{option[0]} would have no effect: " in capsys.readouterr().err
    assert not Path("movenet-render").exists()
    name = option[0].strip("-").replace("-", "_").upper()
    monkeypatch.setenv(f"MOVENET_RENDER_{name}", option[1] if option[1:] else "1")
    assert render() == ExitCode.OK  # the environment is for many commands


@pytest.mark.parametrize(
    ("kind", "track", "code"), [("multi", True, 0), ("multi", False, 2), ("single", True, 2)]
)
def test_ids_are_for_tracked_videos(kind: Kind, track: bool, code: int) -> None:
    source = write_video(Path("in/c.mp4"), [GREY] * 2)
    results = [FrameResult(n, n / 10, "ok", (STANDING,)) for n in range(2)]
    annotated(source, results, kind=kind, track=track)
    assert render("--ids") == code
    assert render("--no-ids", "--overwrite") == ExitCode.OK


def test_what_is_said_of_a_changed_input_helps(a_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.png", "b.png"):
        write_image(Path("in", name), GREY)
    annotate = ["annotate", "in", "-m", str(a_model), "-o", "out", "-q"]
    assert run(annotate) == ExitCode.OK
    write_image(Path("in/b.png"), GREY // 2)
    assert render() == ExitCode.PARTIAL
    assert "run annotate again, then render with --overwrite" in capsys.readouterr().err
    assert run(annotate) == ExitCode.OK
    assert render("--overwrite") == ExitCode.OK
    assert pixels("b.png").mean() == pytest.approx(60, abs=15)


def test_nothing_is_replaced_unasked_and_nothing_foreign_ever(capsys: pytest.CaptureFixture[str]) -> None:
    still("a.png")
    assert render() == ExitCode.OK
    first = Path("movenet-render/overlay/a.png").read_bytes()
    assert render("--background", "black") == ExitCode.USAGE
    assert "--overwrite" in capsys.readouterr().err
    assert Path("movenet-render/overlay/a.png").read_bytes() == first
    assert render("--background", "black", "--overwrite") == ExitCode.OK
    assert Path("movenet-render/overlay/a.png").read_bytes() != first
    Path("mine/overlay").mkdir(parents=True)
    Path("mine/overlay/a.png").write_text("mine")
    assert render("-o", "mine", "--overwrite") == ExitCode.OUTPUT
    assert Path("mine/overlay/a.png").read_text() == "mine"
    assert render("-o", "out") == ExitCode.USAGE


def test_two_inputs_whose_overlays_would_have_one_name(capsys: pytest.CaptureFixture[str]) -> None:
    still("a.jpg")
    still("a.jpg.png")
    assert render("--background", "transparent") == ExitCode.PARTIAL
    assert "a.jpg.png: its overlay would have the name of a.jpg's" in capsys.readouterr().err


def test_a_broken_document_is_one_failure() -> None:
    still("a.png")
    still("b.png")
    document = Path("out/keypoints/b.png.json")
    document.write_bytes(document.read_bytes()[:-30])
    assert render() == ExitCode.PARTIAL
    assert [each.name for each in Path("movenet-render/overlay").iterdir()] == ["a.png"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--style", "arrows"], "the styles are lines, dots, boxes"),
        (["--style", ""], "the styles are"),
        (["--blur-faces", "--background", "black"], "no effect"),
        (["--side-by-side", "--background", "transparent"], "contradict"),
        (["--start", "5f", "--end", "5f"], "--end must lie after --start"),
        (["-o", "-"], "name a folder"),
        (["--min-score", "2"], "--min-score"),
    ],
)
def test_options_that_make_no_sense(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    still("a.png")
    assert render(*options) == ExitCode.USAGE
    assert message in capsys.readouterr().err
    assert not Path("movenet-render").exists()


def test_no_results(capsys: pytest.CaptureFixture[str]) -> None:
    Path("out").mkdir()
    assert render() == ExitCode.INPUT
    assert not Path("movenet-render").exists()


def test_the_same_as_annotate_draws(a_model: Path) -> None:
    """A video with sound of variable rate and an image: both ways to an overlay write the same bytes."""
    make_clip(Path("clip.mp4"), [0, 0.04, 0.2, 0.25], size=(96, 64), audio="aac", audio_seconds=0.3)
    write_image(Path("a.jpg"))
    assert run(["annotate", "clip.mp4", "a.jpg", "-m", str(a_model), "-o", "out", "--overlay", "-q"]) == 0
    assert render() == ExitCode.OK
    for name in ("clip.mp4", "a.jpg"):
        one, other = (Path(folder, "overlay", name).read_bytes() for folder in ("out", "movenet-render"))
        assert one == other
    with av.open("movenet-render/overlay/clip.mp4") as container:
        assert container.streams.audio


@pytest.mark.parametrize(
    ("setting", "options", "left_out"),
    [
        ("blur-faces = true", ["--background", "black"], "--blur-faces"),
        ('background = "black"', ["--blur-faces"], "--background"),
        ("side-by-side = true", ["--background", "transparent"], "--side-by-side"),
    ],
)
def test_a_setting_of_a_file_yields_to_what_is_typed(
    setting: str, options: list[str], left_out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    still("a.png")
    assert render(*options, "-o", "typed") == ExitCode.OK
    Path("movenet.toml").write_text(f"[render]\n{setting}\n")
    capsys.readouterr()
    assert render(*options) == ExitCode.OK
    assert f"{left_out} is set in a file or the environment, and left out" in capsys.readouterr().err
    assert (pixels("a.png") == pixels("a.png", "typed")).all()
    Path("movenet.toml").write_text('[render]\nblur-faces = true\nbackground = "black"\n')
    assert render() == ExitCode.USAGE, "nobody has said which of the two is meant"
