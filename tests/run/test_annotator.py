"""`Annotator`: the same numbers as the command's, from memory, files and folders."""

import copy
import filecmp
import inspect
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import movenet_cli as movenet
from movenet_cli.cli.annotate import annotate
from movenet_cli.cli.main import run
from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.results import InputOutcome
from movenet_cli.core.time_point import TimePoint
from movenet_cli.core.types import ByteArray, FrameResult, Pose
from movenet_cli.errors import ExitCode
from movenet_cli.output.formats.document import frame_fields
from movenet_cli.run import annotator as library
from movenet_cli.run.arguments import settings_of
from movenet_cli.settings import Settings
from tests.conftest import PROJECT
from tests.media.clips import damage
from tests.media.images import encoded, scene
from tests.support.fakes import BlobModel, blob
from tests.support.media import gradient, write_image, write_video

GYM = PROJECT / "sample_images" / "gym.jpg"


@pytest.fixture(scope="module")
def annotator(a_model: Path) -> Iterator[movenet.Annotator]:
    with movenet.Annotator(a_model, jobs=2) as made:
        yield made


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """Two images, one of them lying on its side, and a video."""
    folder = tmp_path / "media"
    write_image(folder / "a.png", gradient(seed=1))
    (folder / "b.jpg").write_bytes(encoded(scene(90, 60), "JPEG", orientation=6))
    write_video(folder / "v.mp4", 9)
    return folder


def pixels(path: Path = GYM) -> ByteArray:
    """An image as OpenCV users have it: RGB as a view of BGR."""
    return cv2.imread(str(path))[..., ::-1]


def told(results: Sequence[FrameResult], info: SourceInfo) -> list[object]:
    """Frames as a document has them."""
    return [frame_fields(result, info) for result in results]


def of_command(arguments: Sequence[object], out: Path, name: str) -> dict[str, Any]:
    """What the command says of one input."""
    assert run(["annotate", *map(str, arguments), "-o", str(out), "-q"]) == ExitCode.OK
    document: dict[str, Any] = json.loads((out / "keypoints" / f"{name}.json").read_text())
    return document


def info_of(document: dict[str, Any]) -> SourceInfo:
    return SourceInfo(document["media"], document["width"], document["height"])


@pytest.mark.parametrize("crop", ["auto", "none"])
def test_an_image_gives_the_numbers_of_the_command(a_model: Path, tmp_path: Path, crop: Any) -> None:
    document = of_command([GYM, "-m", a_model, "--crop", crop], tmp_path / "out", "gym.jpg")
    with movenet.Annotator(a_model, crop=crop) as annotator:
        (from_file,), (from_name,) = annotator.image(GYM), annotator.image(str(GYM))
    assert from_file.keypoints.shape == (17, 3)
    assert from_file.keypoints.dtype == np.float32
    assert np.array_equal(from_file.keypoints, from_name.keypoints)
    result = FrameResult(0, None, "ok", (from_file,))
    assert told([result], info_of(document)) == document["frames"]


def test_pixels_in_memory_give_what_their_file_gives(annotator: movenet.Annotator, tmp_path: Path) -> None:
    png = write_image(tmp_path / "gym.png", pixels())
    (expected,) = annotator.image(png)
    for given in (pixels(), np.ascontiguousarray(pixels()), np.asfortranarray(pixels())):
        before = given.copy()
        (pose,) = annotator.image(given)
        assert np.array_equal(pose.keypoints, expected.keypoints)
        assert (pose.score, pose.box, pose.id) == (expected.score, expected.box, None)
        assert np.array_equal(given, before)


def test_who_is_a_person_is_told_by_the_options(annotator: movenet.Annotator) -> None:
    (pose,) = annotator.image(GYM)
    scores = pose.keypoints[:, 2]
    least = float(np.sort(scores)[-5]) - 1e-4
    for options, is_person in [
        ({"min_score": least, "min_keypoints": 5}, True),
        ({"min_score": least, "min_keypoints": 6}, False),
        ({"min_score": 0, "min_pose_score": pose.score - 1e-4}, True),
        ({"min_score": 0, "min_pose_score": pose.score + 1e-4}, False),
    ]:
        assert movenet.Annotator("mini", **options).is_person(pose) == is_person  # type: ignore[arg-type]


def test_an_image_file_is_turned_upright(
    annotator: movenet.Annotator, a_model: Path, media: Path, tmp_path: Path
) -> None:
    document = of_command([media / "b.jpg", "-m", a_model], tmp_path / "out", "b.jpg")
    (pose,) = annotator.image(media / "b.jpg")
    keypoints = document["frames"][0]["poses"][0]["keypoints"]
    assert np.abs(pose.keypoints - np.array(keypoints)).max() < 0.006


@pytest.mark.parametrize(
    "options",
    [{}, {"smooth": True}, {"stride": 2, "crop": "none"}, {"start": "2f", "end": 0.7}, {"max_frames": 3}],
)
def test_a_video_gives_the_frames_of_the_command(
    a_model: Path, media: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    words = [
        f"--{name.replace('_', '-')}" if value is True else f"--{name.replace('_', '-')}={value}"
        for name, value in options.items()
    ]
    document = of_command([media / "v.mp4", "-m", a_model, *words], tmp_path / "out", "v.mp4")
    with movenet.Annotator(a_model, **options) as annotator:
        results = list(annotator.video(media / "v.mp4"))
    assert told(results, info_of(document)) == document["frames"]


@pytest.mark.parametrize("options", [{}, {"formats": "json, csv,coco", "overlay": True}])
def test_a_run_writes_what_the_command_writes(
    annotator: movenet.Annotator, a_model: Path, media: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    words = ["-f", "json,csv,coco", "--overlay"] if options else []
    of_command([media, "-m", a_model, *words], tmp_path / "command", "v.mp4")
    report = annotator.run(media, tmp_path / "library", **options)
    assert (report.exit_code, report.done, report.failures) == (movenet.ExitCode.OK, 3, ())
    assert (report.frames.frames, report.frames.failed) == (11, 0)
    made = {
        path.relative_to(tmp_path / "command")
        for path in (tmp_path / "command").rglob("*")
        if path.is_file() and path.name not in ("run.json", "journal.jsonl")
    }
    assert len(made) > 2
    _, different, lacking = filecmp.cmpfiles(tmp_path / "command", tmp_path / "library", made, shallow=False)
    assert (different, lacking) == ([], [])
    facts = [json.loads((tmp_path / each / "run.json").read_text()) for each in ("command", "library")]
    for each in facts:
        del each["timings"], each["options"]["jobs"]
    assert facts[0] == facts[1]
    again = annotator.run([str(media)], tmp_path / "library", **options)
    assert (again.kept, again.done) == (3, 0)
    assert run(["validate", str(tmp_path / "library")]) == ExitCode.OK


def test_inputs_that_fail_are_told_and_the_others_are_done(
    annotator: movenet.Annotator, media: Path, tmp_path: Path
) -> None:
    (media / "broken.mp4").write_bytes(b"no video")
    report = annotator.run([media, media / "gone.jpg"], tmp_path / "out", exclude="b.jpg")
    assert (report.exit_code, report.done, report.failed) == (movenet.ExitCode.PARTIAL, 2, 2)
    assert {Path(failure.source).name for failure in report.failures} == {"broken.mp4", "gone.jpg"}
    assert all(failure.reason for failure in report.failures)
    assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301 - our own


class Watcher:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.frames: list[tuple[str, int]] = []
        self.outcomes: list[InputOutcome] = []

    def input_started(self, name: str) -> None:
        self.started.append(name)

    def frame_done(self, name: str, result: FrameResult) -> None:
        self.frames.append((name, result.index))

    def input_done(self, outcome: InputOutcome) -> None:
        self.outcomes.append(outcome)


def test_events_tell_of_the_progress(annotator: movenet.Annotator, media: Path, tmp_path: Path) -> None:
    watcher = Watcher()
    annotator.run(media, tmp_path / "out", events=watcher)
    assert sorted(watcher.started) == ["a.png", "b.jpg", "v.mp4"]
    assert [index for name, index in watcher.frames if name == "v.mp4"] == list(range(9))
    assert sorted((each.name, each.state) for each in watcher.outcomes) == [
        (name, "done") for name in ("a.png", "b.jpg", "v.mp4")
    ]


def test_an_interrupted_run_says_so_and_can_go_on(
    annotator: movenet.Annotator, media: Path, tmp_path: Path
) -> None:
    first = threading.Lock()  # several threads tell of frames: one signal, or the second ends the tests

    class Impatient(Watcher):
        def frame_done(self, name: str, result: FrameResult) -> None:
            if first.acquire(blocking=False):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.5)
            super().frame_done(name, result)

    with pytest.raises(KeyboardInterrupt):
        annotator.run(media, tmp_path / "out", events=Impatient())
    facts = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (facts["exit_code"], facts["complete"]) == (ExitCode.INTERRUPTED, False)
    assert annotator.run(media, tmp_path / "out").exit_code == ExitCode.OK
    assert run(["validate", str(tmp_path / "out")]) == ExitCode.OK


def test_several_people_with_boxes_and_ids(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(library, "_load", lambda options, name: BlobModel("multi", None))
    video = write_video(tmp_path / "v.mp4", [blob(24, 24)] * 5)
    with movenet.Annotator("multi", max_people=2) as annotator:
        (pose,) = (pose for pose in annotator.image(blob(20, 30)) if pose.is_seen(0.3))
        assert pose.box is not None
        assert np.allclose(pose.keypoints[0, :2], (20, 30), atol=1)
        ids = [pose.id for frame in annotator.video(video) for pose in frame.poses if pose.is_seen(0.3)]
    assert len(ids) == 5
    assert len(set(ids)) == 1
    assert ids[0] is not None


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (np.zeros((8, 8, 3), np.float32), "float32"),
        (np.zeros((8, 8), np.uint8), r"\(8, 8\)"),
        (np.zeros((8, 8, 4), np.uint8), r"\(8, 8, 4\)"),
        (np.zeros((3, 8, 8), np.uint8), r"\(3, 8, 8\)"),
        (np.zeros((0, 8, 3), np.uint8), r"\(0, 8, 3\)"),
        ([[[1, 2, 3]]], "list"),
        (b"a.jpg", "bytes"),
        (None, "NoneType"),
    ],
)
def test_what_is_no_image_is_refused(annotator: movenet.Annotator, image: Any, reason: str) -> None:
    with pytest.raises(movenet.UsageError, match=reason):
        annotator.image(image)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (160, 160)])
def test_any_size_of_image(annotator: movenet.Annotator, size: tuple[int, int]) -> None:
    (pose,) = annotator.image(np.full((*size, 3), 128, np.uint8))
    assert np.isfinite(pose.keypoints).all()


def test_a_file_that_cannot_be_read_is_named(annotator: movenet.Annotator, media: Path) -> None:
    (media / "broken.jpg").write_bytes((media / "b.jpg").read_bytes()[:300])
    for name, reason in (
        ("gone.jpg", "No such file"),
        ("v.mp4", "video"),
        ("broken.jpg", "damaged|[Tt]runc"),
    ):
        with pytest.raises(movenet.MediaError, match=rf"{name}: .*({reason})"):
            annotator.image(media / name)
    for name, reason in (("gone.mp4", "No such file"), ("broken.jpg", "damaged|[Tt]runc")):
        with pytest.raises(movenet.MediaError, match=rf"{name}: .*({reason})"):
            list(annotator.video(media / name))


def test_a_frame_that_cannot_be_decoded_is_a_result(annotator: movenet.Annotator, tmp_path: Path) -> None:
    damage(write_video(tmp_path / "v.mp4", 30), [12])
    results = list(annotator.video(tmp_path / "v.mp4"))
    failed = [result for result in results if result.status == "failed"]
    assert failed
    assert all(result.reason and not result.poses for result in failed)
    assert len(results) == 30


def _open_files(path: Path) -> int:
    links = Path("/proc/self/fd").iterdir()
    return sum(os.path.realpath(link) == os.path.realpath(path) for link in links)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("crop", ["follow", "none"])
@pytest.mark.parametrize("taken", [1, 5])
def test_a_video_is_closed_when_its_loop_is_left(
    a_model: Path, tmp_path: Path, crop: Any, taken: int
) -> None:
    video = write_video(tmp_path / "v.mp4", 60)
    others = set(threading.enumerate())
    with movenet.Annotator(a_model, crop=crop, jobs=2) as annotator:
        frames = annotator.video(video)
        for _ in range(taken):
            next(frames)
        assert _open_files(video) == 1
        frames.close()
        assert _open_files(video) == 0
        assert "movenet-decode" not in {each.name for each in set(threading.enumerate()) - others}
        assert len(list(annotator.video(video))) == 60
        for frame in annotator.video(video):  # nobody closes this one by hand
            assert frame.index == 0
            break
        assert _open_files(video) == 0


def test_two_videos_side_by_side(annotator: movenet.Annotator, media: Path) -> None:
    pairs = list(zip(annotator.video(media / "v.mp4"), annotator.video(media / "v.mp4"), strict=True))
    assert len(pairs) == 9
    for one, two in pairs:
        assert np.array_equal(one.poses[0].keypoints, two.poses[0].keypoints)


def test_a_closed_annotator_says_so(a_model: Path, media: Path, tmp_path: Path) -> None:
    with movenet.Annotator(a_model) as annotator:
        frames = annotator.video(media / "v.mp4")
        next(frames)
    for use in (
        lambda: next(frames),
        lambda: annotator.image(GYM),
        lambda: list(annotator.video(media / "v.mp4")),
        lambda: annotator.run(media, tmp_path / "out"),
    ):
        with pytest.raises(movenet.UsageError, match="closed"):
            use()
    annotator.close()
    assert not (tmp_path / "out").exists()


def test_many_threads_share_one_annotator(a_model: Path, media: Path, tmp_path: Path) -> None:
    images = [gradient(200, 150, seed) for seed in range(12)]
    annotator = movenet.Annotator(a_model, jobs=2)  # the model is loaded by whoever comes first
    with ThreadPoolExecutor(6) as pool:
        video = pool.submit(lambda: [frame.poses[0] for frame in annotator.video(media / "v.mp4")])
        report = pool.submit(annotator.run, media, tmp_path / "out")
        together = list(pool.map(annotator.image, images))
    with movenet.Annotator(a_model, jobs=1) as alone:
        for image, (pose,) in zip(images, together, strict=True):
            assert np.array_equal(pose.keypoints, alone.image(image)[0].keypoints)
        for pose, frame in zip(video.result(), alone.video(media / "v.mp4"), strict=True):
            assert np.array_equal(pose.keypoints, frame.poses[0].keypoints)
    assert report.result().exit_code == ExitCode.OK
    annotator.close()


def _found_elsewhere(annotator: movenet.Annotator, image: ByteArray) -> list[Pose]:
    """In another process."""
    with annotator:
        return annotator.image(image)


def test_a_spawned_process_gets_the_settings_and_gives_the_same_poses(
    annotator: movenet.Annotator, a_model: Path
) -> None:
    annotator.image(pixels())
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        (pose,) = pool.submit(_found_elsewhere, annotator, pixels()).result()
    (expected,) = annotator.image(pixels())
    assert np.array_equal(pose.keypoints, expected.keypoints)
    assert pose.box == expected.box


def test_an_annotator_is_copied_as_its_settings(a_model: Path) -> None:
    made = movenet.Annotator(a_model, crop="none", start="00:01", jobs=1)
    with made:
        for other in (pickle.loads(pickle.dumps(made)), copy.copy(made)):  # noqa: S301 - our own
            assert repr(other) == repr(made)
    with other:
        assert np.array_equal(other.image(GYM)[0].keypoints, _found_elsewhere(other, pixels())[0].keypoints)
    assert "crop='none'" in repr(made)


def test_a_program_that_closes_nothing_ends_in_order(a_model: Path, media: Path) -> None:
    code = (
        "import movenet_cli as movenet\n"
        f"annotator = movenet.Annotator({str(a_model)!r}, crop='none', jobs=2)\n"
        f"frames = annotator.video({str(media / 'v.mp4')!r})\n"
        "print(next(frames).index)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


def test_standard_error_of_a_notebook(a_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream in memory, without a file descriptor."""
    monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
    with movenet.Annotator(a_model) as annotator:
        assert annotator.image(GYM)
    assert stream.getvalue() == ""


def test_models_that_are_not_there(tmp_path: Path) -> None:
    for name, reason in (("thundr", "thundr"), (tmp_path / "x.tflite", "no model at")):
        annotator = movenet.Annotator(name, offline=True)
        with pytest.raises(movenet.ModelError, match=reason):
            annotator.image(GYM)
        with pytest.raises(movenet.ModelError, match=reason), annotator:
            pass


def test_a_run_over_nothing(annotator: movenet.Annotator, tmp_path: Path) -> None:
    with pytest.raises(movenet.InputError, match="nothing to annotate"):
        annotator.run(tmp_path, tmp_path / "out")
    with pytest.raises(movenet.UsageError, match="no inputs"):
        annotator.run([], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"formats": "xml"}, "json, jsonl, csv, coco"),
        ({"formats": ()}, "json, jsonl, csv, coco"),
        ({"formats": 3}, "json, jsonl, csv, coco"),
        ({"output": "-"}, "name a folder"),
        ({"output": ""}, "empty"),
        ({"root": "/nowhere"}, "/nowhere"),
        ({"include": 3}, "--include"),
        ({"inputs": 3}, "INPUT"),
        ({"inputs": [None]}, "INPUT"),
    ],
)
def test_arguments_of_a_run_are_checked(
    annotator: movenet.Annotator, media: Path, tmp_path: Path, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(movenet.UsageError, match=reason):
        annotator.run(**{"inputs": media, "output": tmp_path / "out", **arguments})
    assert not (tmp_path / "out").exists()


def test_results_of_other_options_are_not_destroyed(a_model: Path, media: Path, tmp_path: Path) -> None:
    with movenet.Annotator(a_model) as annotator:
        annotator.run(media, tmp_path / "out")
    with movenet.Annotator(a_model, crop="none") as annotator:
        with pytest.raises(movenet.UsageError, match="--overwrite"):
            annotator.run(media, tmp_path / "out")
        assert annotator.run(media, tmp_path / "out", overwrite=True).done == 3
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "run.json").write_text("mine")
    with movenet.Annotator(a_model) as annotator, pytest.raises(movenet.OutputError, match=r"run\.json"):
        annotator.run(media, tmp_path / "foreign")


def test_options_are_those_of_the_command() -> None:
    """Names and defaults; those of `run` are the rest, without what is for a terminal."""
    command = annotate.make_context("annotate", ["an.mp4"]).params
    made = inspect.signature(movenet.Annotator).parameters
    assert list(made) == [field.name for field in fields(Settings)]
    for name in made:
        assert getattr(Settings(), name) == command[name], name
        if name not in ("jobs", "offline"):  # None is what the machine has, or the environment says
            assert made[name].default == command[name], name
    of_run = inspect.signature(movenet.Annotator.run).parameters
    terminal = {"dry_run", "null", "progress", "quiet", "stdin_media", "stdin_name", "verbose"}
    assert command.keys() - made.keys() - terminal == of_run.keys() - {"self", "events"}


WRONG: dict[str, list[Any]] = {
    "model": [""],
    "min_score": [-0.1, 1.1, float("nan"), "x"],
    "crop": ["x", ""],
    "max_people": [0, 7, 1.5, "x"],
    "input_size": [32, 2080, 100],
    "refine_with": [""],
    "stride": [0, 10**9 + 1, 2.5],
    "fps": [0, -1, float("inf"), float("nan"), 10**7],
    "start": ["x", "", -1, 1e10, "1:2:3:4"],
    "end": ["12x"],
    "max_frames": [0],
    "max_pixels": [0, 2**31],
    "jobs": [0, 257],
    "engine": ["", "spark"],
    "ray_address": ["", 6379],
    "item_timeout": [0, -1, float("inf"), "x"],
    "runtime": ["onnx"],
    "device": ["cuda", "GPU", "gpu:x", ""],
    "batch_size": [0, 257],
    "mirror": [""],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_wrong_values_are_refused_as_by_the_command(
    name: str, value: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    flag = f"--{name.replace('_', '-')}"
    with pytest.raises(movenet.UsageError, match=flag):
        movenet.Annotator(**{name: value})
    code = run(["annotate", str(GYM), "-m", "mini", "-o", str(tmp_path / "out"), f"{flag}={value}"])
    assert code == ExitCode.USAGE
    assert flag in capfd.readouterr().err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"start": "5", "end": 3.0}, "--end must lie after --start"),
        ({"start": "9f", "end": "9f"}, "--end must lie after --start"),
        ({"offline": True, "mirror": "http://models.invalid"}, "--mirror would have no effect"),
        ({"track": 1}, "--track"),
        ({"offline": "yes"}, "--offline"),
        ({"max_people": True}, "--max-people"),
        ({"model": 3}, "--model"),
    ],
)
def test_what_only_programs_can_get_wrong(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(movenet.UsageError, match=reason):
        movenet.Annotator(**options)


def test_any_kind_of_number_will_do() -> None:
    made = settings_of(
        {"min_score": np.float32(0.5), "stride": np.int64(2), "start": np.float64(1), "end": 3}
    )
    assert (type(made.min_score), type(made.stride), made.stride) == (float, int, 2)
    assert (made.start, made.end) == (TimePoint(seconds=1.0), TimePoint(seconds=3.0))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"max_people": 2}, "single-pose"),
        ({"batch_size": 4}, "frame by frame"),
        ({"input_size": 512}, "160x160"),
    ],
)
def test_what_cannot_have_an_effect_with_the_model_is_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(movenet.UsageError, match=reason), movenet.Annotator("mini", **options):
        pass


def test_options_for_videos_leave_images_alone(a_model: Path, tmp_path: Path) -> None:
    """An annotator is made once, for whatever comes."""
    write_image(tmp_path / "in" / "a.png")
    with movenet.Annotator(a_model, stride=5, start=100.0, crop="follow", smooth=True) as annotator:
        assert annotator.image(GYM)
        assert annotator.run(tmp_path / "in", tmp_path / "out").done == 1


def test_what_the_environment_says_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOVENET_MIRROR", "http://models.invalid")
    assert settings_of({"offline": None, "mirror": None}).mirror == "http://models.invalid"
    monkeypatch.setenv("MOVENET_OFFLINE", "1")
    assert settings_of({"offline": None, "mirror": None}) == Settings(offline=True)
    assert not settings_of({"offline": False}).offline
