"""Long videos that shards share: each does some segments, and the merge makes of them what one run gives."""

import json
import shutil
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from movenet_cli.cli.main import run
from movenet_cli.cli.progress import make_progress
from movenet_cli.core.inputs import FrameRange
from movenet_cli.core.shard import Shard
from movenet_cli.errors import ExitCode, OutputError
from movenet_cli.media.discover import discover
from movenet_cli.media.video import cuts
from movenet_cli.run import batch
from movenet_cli.run.segments import long_video
from movenet_cli.run.shards import inputs as shard_inputs
from movenet_cli.run.shards import shared_videos
from movenet_cli.run.shards.inputs import ShardInputs
from movenet_cli.run.workers import worker
from movenet_cli.settings import Settings
from tests.conftest import PROJECT
from tests.media.clips import damage, write_clip
from tests.run.segments.test_segments import GOP, by_place, count_segments
from tests.support.media import write_image, write_video

FORMATS = ("-f", "json,csv,coco")
FRAMES = 150
SEGMENTS = 7


@pytest.fixture(autouse=True)
def short_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "_SHORTEST", 20)
    for module in (batch, shard_inputs):
        monkeypatch.setattr(module, "LONG", 100)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images, a short video, and a camera that passes over two people, with a key frame every 20 frames."""
    folder = tmp_path_factory.mktemp("in")
    for name in ("1.jpg", "2.jpg", "9.jpg"):
        write_image(folder / name)
    write_video(folder / "a.mp4")
    image = cv2.imread(str(PROJECT / "sample_images" / "gym.jpg"))
    assert image is not None
    small = cv2.resize(image, (160, 120), interpolation=cv2.INTER_AREA)[:, :, ::-1]
    two = np.concatenate((small, small[:, ::-1]), axis=1)
    frames = [np.ascontiguousarray(np.roll(two, (step % 7, 2 * step), (0, 1))) for step in range(FRAMES)]
    write_clip(folder / "5.mp4", frames, options=GOP)
    return folder


def _annotate(inputs: Path, out: Path, *arguments: object) -> int:
    words = ["annotate", str(inputs), "-o", str(out), "-m", "mini", "--progress", "none", *FORMATS]
    return run([*words, *map(str, arguments)])


def _results(out: Path) -> dict[str, bytes]:
    files = [*(out / "keypoints").rglob("*"), *(out / ".movenet" / "coco").rglob("*"), out / "coco.json"]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files if path.is_file()}


def _account(out: Path) -> dict:  # type: ignore[type-arg]
    document = json.loads((out / "run.json").read_text())
    for each in ("timings", "shards"):
        document.pop(each, None)
    return document  # type: ignore[no-any-return]


def _segments(out: Path) -> set[str]:
    folder = out / ".movenet" / "segments"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.mark.parametrize(
    "options",
    [(), ("-m", "mini-multi", "--smooth")],
    ids=["follow", "multi"],
)
def test_three_shards_in_any_order_are_one_run(
    inputs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
) -> None:
    if not options:  # about every second seam is between two people
        monkeypatch.setattr(long_video, "agree", by_place)
        monkeypatch.setattr("movenet_cli.inference.relay.agree", by_place)
    counted = count_segments(monkeypatch)
    alone, out = tmp_path / "alone", tmp_path / "out"
    assert _annotate(inputs, alone, *options) == ExitCode.OK
    in_one_run = list(counted)
    counted.clear()
    capsys.readouterr()
    shares = {}
    for number in (2, 3, 1):
        assert _annotate(inputs, out, *options, "--shard", f"{number}/3") == ExitCode.OK
        assert not (out / "keypoints" / "5.mp4.json").exists()
        share = sum(Shard(number, 3).has_segment("5.mp4", segment) for segment in range(SEGMENTS))
        shares[number] = share
        assert f" {share} segment" in capsys.readouterr().err
    assert sorted(shares.values()) == [2, 2, 3]
    assert len(_segments(out)) == SEGMENTS
    assert run(["merge", str(out)]) == ExitCode.OK
    assert _results(out) == _results(alone)
    assert _account(out) == _account(alone)
    assert sorted(counted) == sorted(in_one_run), "nothing is done twice"
    assert not _segments(out)
    assert run(["validate", str(out)]) == ExitCode.OK
    counted.clear()
    assert run(["merge", str(out)]) == ExitCode.OK, "again, with nothing new"
    assert _annotate(inputs, out, *options, "--shard", "1/3") == ExitCode.OK
    assert _annotate(inputs, out, *options) == ExitCode.OK
    assert _account(out)["inputs"]["kept"] == 5
    assert _results(out) == _results(alone)
    assert not counted


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small video of several segments."""
    folder = tmp_path_factory.mktemp("video")
    write_clip(folder / "5.mp4", FRAMES, options=GOP)
    return folder


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """See `count_segments`."""
    return count_segments(monkeypatch)


QUICK = ("--crop", "none")


def _shards(inputs: Path, out: Path, *arguments: object) -> None:
    for shard in ("1/2", "2/2"):
        assert _annotate(inputs, out, *arguments, "--shard", shard) == ExitCode.OK


def test_a_shard_that_did_not_finish_goes_on_where_it_was(
    video: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    counted: list[tuple[int, bool]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    alone, out = tmp_path / "alone", tmp_path / "out"
    assert _annotate(video, alone, *QUICK) == ExitCode.OK
    counted.clear()
    write = worker.write_segment

    def fail(path: Path, segment: object) -> None:
        if _segments(out):
            raise OutputError("as if the disk were full")
        write(path, segment)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(worker, "write_segment", fail)
        assert _annotate(video, out, *QUICK, "-j", 1, "--shard", "1/2") == ExitCode.OUTPUT
    begun = _segments(out)
    assert len(begun) == 1
    assert _annotate(video, out, *QUICK, "--shard", "2/2") == ExitCode.OK
    capsys.readouterr()
    assert run(["merge", str(out)]) == ExitCode.INPUT, "not before all have run"
    assert "not run to its end: shard 1/2" in capsys.readouterr().err
    assert begun < _segments(out)
    assert not json.loads((out / "run.json").read_text())["complete"]
    counted.clear()
    assert _annotate(video, out, *QUICK, "--shard", "1/2") == ExitCode.OK
    mine = {number for number in range(SEGMENTS) if Shard(1, 2).has_segment("5.mp4", number)}
    assert len(counted) == len(mine) - 1
    assert run(["merge", str(out)]) == ExitCode.OK
    assert _results(out) == _results(alone)


def test_shards_that_are_run_again_put_the_videos_together(
    inputs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    counted: list[tuple[int, bool]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(long_video, "agree", by_place)
    monkeypatch.setattr("movenet_cli.inference.relay.agree", by_place)
    alone, out = tmp_path / "alone", tmp_path / "out"
    assert _annotate(inputs, alone) == ExitCode.OK
    in_one_run = list(counted)
    counted.clear()
    _shards(inputs, out)
    assert not (out / "keypoints" / "5.mp4.json").exists()
    for _ in range(2):
        capsys.readouterr()
        _shards(inputs, out)
        assert (out / "keypoints" / "5.mp4.json").exists()
    _shards(inputs, out)
    assert sorted(counted) == sorted(in_one_run), "the segments are still there for all"
    assert run(["merge", str(out)]) == ExitCode.OK
    assert sorted(counted) == sorted(in_one_run)
    assert _results(out) == _results(alone)
    assert _account(out)["inputs"]["kept"] == _account(alone)["inputs"]["total"] == 5
    assert _account(out)["frames"] == _account(alone)["frames"]
    assert not _segments(out)
    assert run(["validate", str(out)]) == ExitCode.OK


def test_a_run_of_its_own_takes_what_the_shards_have_done(
    video: Path, tmp_path: Path, counted: list[tuple[int, bool]]
) -> None:
    alone, out = tmp_path / "alone", tmp_path / "out"
    assert _annotate(video, alone, *QUICK) == ExitCode.OK
    _shards(video, out, *QUICK)
    counted.clear()
    assert _annotate(video, out, *QUICK) == ExitCode.OK
    assert not counted
    assert _results(out) == _results(alone)
    assert run(["merge", str(out)]) == ExitCode.INPUT, "there are no shards any more"


@pytest.mark.parametrize("is_needed", [False, True])
def test_the_model_is_loaded_only_for_frames_that_need_it(
    inputs: Path,
    video: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_needed: bool,
) -> None:
    weights = PROJECT / "src" / "movenet_cli" / "weights"
    model, alone, out = tmp_path / "model.tflite", tmp_path / "alone", tmp_path / "out"
    shutil.copy(weights / "mini.tflite", model)
    monkeypatch.chdir(tmp_path)
    options: list[object] = ["-m", model.name]
    if is_needed:
        monkeypatch.setattr(long_video, "agree", by_place)
        monkeypatch.setattr("movenet_cli.inference.relay.agree", by_place)
    else:
        options += QUICK
        inputs = video
    assert _annotate(inputs, alone, *options) == ExitCode.OK
    _shards(inputs, out, *options)
    model.unlink()
    monkeypatch.chdir("/")
    if is_needed:
        before = _segments(out)
        capsys.readouterr()
        assert run(["merge", str(out)]) == ExitCode.MODEL
        assert str(model) in capsys.readouterr().err
        shutil.copy(weights / "mini-multi.tflite", model)
        assert run(["merge", str(out)]) == ExitCode.MODEL
        assert "is not the model that the earlier results were made with" in capsys.readouterr().err
        assert before <= _segments(out)
        shutil.copy(weights / "mini.tflite", model)
    assert run(["merge", str(out)]) == ExitCode.OK
    assert _results(out) == _results(alone)


def test_a_video_that_is_gone_at_the_merge_fails_and_its_segments_stay(
    video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs, out = tmp_path / "in", tmp_path / "out"
    shutil.copytree(video, inputs)
    write_image(inputs / "1.jpg")
    _shards(inputs, out, *QUICK)
    before = _segments(out)
    (inputs / "5.mp4").rename(tmp_path / "5.mp4")
    assert run(["merge", str(out)]) == ExitCode.PARTIAL
    assert "5.mp4: " in capsys.readouterr().err
    assert _segments(out) == before
    (tmp_path / "5.mp4").rename(inputs / "5.mp4")
    assert run(["merge", str(out)]) == ExitCode.OK
    assert json.loads((out / "run.json").read_text())["inputs"]["done"] == 2


def test_a_video_that_has_changed_between_shards_is_annotated_as_it_is(
    video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], counted: list[tuple[int, bool]]
) -> None:
    inputs, alone, out = tmp_path / "in", tmp_path / "alone", tmp_path / "out"
    shutil.copytree(video, inputs)
    assert _annotate(inputs, out, *QUICK, "--shard", "1/2") == ExitCode.OK
    write_clip(
        inputs / "5.mp4", [np.full((96, 128, 3), step, np.uint8) for step in range(FRAMES)], options=GOP
    )
    assert _annotate(inputs, out, *QUICK, "--shard", "2/2") == ExitCode.OK
    counted.clear()
    capsys.readouterr()
    assert run(["merge", str(out)]) == ExitCode.OK
    assert "5.mp4: segments of it are missing" in capsys.readouterr().err
    assert 0 < len(counted) < SEGMENTS
    assert _annotate(inputs, alone, *QUICK) == ExitCode.OK
    assert _results(out) == _results(alone)


@pytest.mark.parametrize("damaged", [35, 55])  # not where two segments meet
@pytest.mark.parametrize("order", [("1/2", "2/2"), ("2/2", "1/2"), ("1/2", "2/2", "1/2", "2/2")])
def test_a_damaged_video_is_read_in_one_go_once(
    video: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    damaged: int,
    order: tuple[str, ...],
) -> None:
    inputs, alone, out = tmp_path / "in", tmp_path / "alone", tmp_path / "out"
    shutil.copytree(video, inputs)
    damage(inputs / "5.mp4", [damaged])
    assert _annotate(inputs, alone, *QUICK) == ExitCode.PARTIAL
    in_one_go = []
    annotate = worker.annotate_source
    monkeypatch.setattr(worker, "annotate_source", lambda *all_of: in_one_go.append(1) or annotate(*all_of))
    finder = next(number for number in (1, 2) if Shard(number, 2).has_segment("5.mp4", damaged // 20))
    owner = next(f"{number}/2" for number in (1, 2) if Shard(number, 2).has("5.mp4"))
    for shard in order:
        code = _annotate(inputs, out, *QUICK, "--shard", shard)
        is_its = shard == owner and (out / "keypoints" / "5.mp4.json").exists()
        assert code == (ExitCode.PARTIAL if is_its else ExitCode.OK)
    assert "not what its index says: `movenet merge` will" in capsys.readouterr().err or Shard(finder, 2).has(
        "5.mp4"
    )
    is_done = owner in order[order.index(f"{finder}/2") :]
    assert (out / "keypoints" / "5.mp4.json").exists() == is_done
    assert run(["merge", str(out)]) == ExitCode.PARTIAL
    assert len(in_one_go) == 1
    assert _results(out) == _results(alone)
    assert _account(out)["failures"] == _account(alone)["failures"]
    assert not _segments(out)


def test_overwrite_holds_for_shared_videos_once(
    video: Path, tmp_path: Path, counted: list[tuple[int, bool]], capsys: pytest.CaptureFixture[str]
) -> None:
    alone, out = tmp_path / "alone", tmp_path / "out"
    assert _annotate(video, alone) == ExitCode.OK
    assert _annotate(video, out, *QUICK) == ExitCode.OK
    capsys.readouterr()
    for shard in ("1/2", "2/2"):  # also the one that the video's name does not fall to
        assert _annotate(video, out, "--shard", shard) == ExitCode.USAGE
        assert "add --overwrite to redo them" in capsys.readouterr().err
    for again in (False, True):
        counted.clear()
        _shards(video, out, "--overwrite")
        assert len(counted) == SEGMENTS
        counted.clear()
        for code in (ExitCode.OK, ExitCode.OK):
            assert run(["merge", str(out)]) == code
            assert _results(out) == _results(alone), again
        assert not [number for number, goes_on in counted if not goes_on]


def test_what_a_dry_run_says_of_a_shared_video(
    video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for shard in ("1/2", "2/2"):
        assert _annotate(video, tmp_path / "out", "--shard", shard, "--dry-run") == ExitCode.OK
        assert capsys.readouterr().out.split("\n")[0] == "annotate  5.mp4  (some of its segments; new)"


@pytest.mark.parametrize("options", [("--overlay",), ("--stride", 2), ("--max-frames", 140)])
def test_what_cannot_be_cut_is_of_one_shard(video: Path, tmp_path: Path, options: tuple[object, ...]) -> None:
    found = []
    for shard in ("1/2", "2/2"):
        assert _annotate(video, tmp_path, *QUICK, *options, "--shard", shard) == ExitCode.OK
        found.append((tmp_path / "keypoints" / "5.mp4.json").exists())
    assert found == [Shard(1, 2).has("5.mp4"), True]
    assert not _segments(tmp_path)


@pytest.mark.parametrize("is_lost", [False, True])
def test_processes_put_a_video_together_and_load_the_model_only_for_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_lost: bool
) -> None:
    model, alone, out = tmp_path / "model.tflite", tmp_path / "alone", tmp_path / "out"
    shutil.copy(PROJECT / "src" / "movenet_cli" / "weights" / "mini.tflite", model)
    gop = {**GOP, "g": "130", "keyint_min": "130"}  # as long as segments are outside of this test
    (tmp_path / "in").mkdir()
    write_clip(tmp_path / "in" / "5.mp4", [np.zeros((48, 64, 3), np.uint8)] * 260, options=gop)
    assert _annotate(tmp_path / "in", alone, *QUICK, "-m", model) == ExitCode.OK
    _shards(tmp_path / "in", out, *QUICK, "-m", model)
    model.unlink()
    if is_lost:
        next((out / ".movenet" / "segments").iterdir()).unlink()
    monkeypatch.setattr(shared_videos, "are_worth_it", lambda *_: True)
    capsys.readouterr()
    if is_lost:
        assert run(["merge", str(out)]) == ExitCode.MODEL
        assert str(model) in capsys.readouterr().err
        shutil.copy(PROJECT / "src" / "movenet_cli" / "weights" / "mini.tflite", model)
    assert run(["merge", str(out)]) == ExitCode.OK
    assert _results(out) == _results(alone)


def test_a_merge_that_is_interrupted_goes_on(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, out = tmp_path / "alone", tmp_path / "out"
    assert _annotate(video, alone, *QUICK) == ExitCode.OK
    _shards(video, out, *QUICK)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batch, "wait", interrupt)
        assert run(["merge", str(out)]) == ExitCode.INTERRUPTED
    assert not (out / "coco.json").exists()
    assert run(["merge", str(out)]) == ExitCode.OK
    assert _results(out) == _results(alone)


def test_progress_expects_a_part_of_a_shared_video(video: Path) -> None:
    found = discover([str(video)])
    part = ShardInputs.of(found, Shard(1, 3), Settings(), cuts=True)
    assert [file.name for file in part.shared] == ["5.mp4"]
    assert not part.found.files
    with make_progress("json", part.found.files, FrameRange(), part) as progress:
        for _ in range(100):
            if progress.estimate.total is not None:
                break
            time.sleep(0.05)
        assert (progress.estimate.total, progress.estimate.inputs) == (FRAMES // 3, 1)
