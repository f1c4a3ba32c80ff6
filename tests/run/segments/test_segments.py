"""A long video in segments gives, frame by frame, what it gives in one go, whoever does which part."""

import itertools
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import movenet_cli as movenet
from movenet_cli.core.cancellation import CancellationToken
from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.types import Frame
from movenet_cli.inference import relay
from movenet_cli.inference.follow import Pursuit
from movenet_cli.io.json_text import json_line
from movenet_cli.io.storage.interface import StoredFile
from movenet_cli.io.storage.local_storage import LocalStorage
from movenet_cli.media.opening import open_source
from movenet_cli.media.video import cuts
from movenet_cli.media.video.segment import UnsoundSegmentError, can_be_cut, segment_frames
from movenet_cli.output.folder.folder_outputs import FolderOutputs
from movenet_cli.output.formats.document import frame_fields
from movenet_cli.run.segments import long_video, segment_file
from movenet_cli.run.segments.segment import SegmentResults
from movenet_cli.run.workers import worker
from tests.conftest import PROJECT
from tests.media.clips import damage, number_of, opened, read, write_clip

MILLISECONDS = Fraction(1, 1000)
GOP = {"g": "20", "keyint_min": "20", "sc_threshold": "0"}


@pytest.fixture(autouse=True)
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "_SHORTEST", 20)


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A camera that passes over somebody in 90 frames, with a key frame every 20."""
    image = cv2.imread(str(PROJECT / "sample_images" / "gym.jpg"))
    assert image is not None
    small = cv2.resize(image, (320, 240), interpolation=cv2.INTER_AREA)[:, :, ::-1]
    frames = [np.ascontiguousarray(np.roll(small, (step % 7, 2 * step), (0, 1))) for step in range(90)]
    return write_clip(tmp_path_factory.mktemp("gym") / "gym.mp4", frames, options=GOP)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """See `count_segments`."""
    return count_segments(monkeypatch)


def count_segments(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """The segments that are annotated: number, and whether it went on from the one before."""
    calls: list[tuple[int, bool]] = []
    annotate = worker.annotate_segment

    def count(models: Any, file: Any, info: Any, segment: Any, before: Any, *rest: Any) -> SegmentResults:
        calls.append((segment.number, before is not None))
        return annotate(models, file, info, segment, before, *rest)

    monkeypatch.setattr(worker, "annotate_segment", count)
    return calls


def in_one_go(annotator: movenet.Annotator, path: Path) -> list[str]:
    with opened(path) as source:
        info = source.info
    return [json_line(frame_fields(result, info)) for result in annotator.video(path)]


def in_segments(annotator: movenet.Annotator, path: Path, out: Path) -> list[str]:
    report = annotator.run(path, out)
    assert not report.failed
    document = json.loads((out / "keypoints" / f"{path.name}.json").read_text())
    return [json_line(frame) for frame in document["frames"]]


@pytest.mark.parametrize(
    "options",
    [
        {"model": "mini"},
        {"model": "mini", "crop": "careful", "smooth": True},
        {"model": "mini", "crop": "none"},
        {"model": "mini-multi", "smooth": True},
    ],
    ids=lambda options: "-".join(map(str, options.values())),
)
def test_segments_give_what_one_go_gives(
    gym: Path, tmp_path: Path, counted: list[tuple[int, bool]], options: dict[str, Any]
) -> None:
    with movenet.Annotator(**options, jobs=2) as annotator:
        expected = in_one_go(annotator, gym)
        assert in_segments(annotator, gym, tmp_path / "out") == expected
    assert len(expected) == 90
    assert {number for number, _ in counted} == {0, 1, 2, 3}
    assert not (tmp_path / "out/.movenet/segments").exists()


def by_place(old: Pursuit | None, fresh: Pursuit | None) -> bool:
    """A stand-in for `agree` that says no about every second time, by nothing but the poses."""
    assert old is not None
    return int(4 * old.pose.keypoints[0, 0]) % 2 == 0


def never(old: Pursuit | None, fresh: Pursuit | None) -> bool:
    """A stand-in for `agree`: a fresh pursuit always has somebody else."""
    return False


@pytest.mark.parametrize("decide", [by_place, never])
def test_a_segment_with_somebody_else_is_done_again_from_the_one_before(
    gym: Path,
    tmp_path: Path,
    counted: list[tuple[int, bool]],
    monkeypatch: pytest.MonkeyPatch,
    decide: Callable[[Pursuit | None, Pursuit | None], bool],
) -> None:
    monkeypatch.setattr(relay, "agree", decide)
    monkeypatch.setattr(long_video, "agree", decide)
    with movenet.Annotator("mini", jobs=2) as annotator:
        expected = in_one_go(annotator, gym)
        assert in_segments(annotator, gym, tmp_path / "out") == expected
    again = [number for number, goes_on in counted if goes_on]
    assert again == sorted(again) != []
    if decide is never:
        assert again == [1, 2, 3]


def test_results_do_not_depend_on_the_number_of_workers(gym: Path, tmp_path: Path) -> None:
    found = []
    for jobs in (1, 2, 5):
        with movenet.Annotator("mini", jobs=jobs) as annotator:
            annotator.run(gym, tmp_path / str(jobs), formats=("json", "csv", "coco"))
        files = sorted(path for path in (tmp_path / str(jobs)).rglob("*") if path.suffix in (".json", ".csv"))
        found.append([path.read_bytes() for path in files if path.name != "run.json"])
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 3


@pytest.mark.parametrize("lost", [[25], [3], [88]])
def test_a_damaged_video_is_read_in_one_go(
    gym: Path, tmp_path: Path, lost: list[int], counted: list[tuple[int, bool]]
) -> None:
    path = tmp_path / "gym.mp4"
    path.write_bytes(gym.read_bytes())
    damage(path, lost)
    with movenet.Annotator("mini", jobs=2) as annotator:
        expected = in_one_go(annotator, path)
        found = in_segments(annotator, path, tmp_path / "out")
    assert found == expected
    assert len(found) == 90
    assert sum('"status": "failed"' in line for line in found) >= 1
    assert not (tmp_path / "out/.movenet/segments").exists()


def test_a_killed_run_goes_on_where_it_was(
    gym: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, written = worker.write_segment, itertools.count(1)

    def die(path: Path, segment: SegmentResults) -> None:
        write(path, segment)
        if next(written) == 2:
            raise OSError("as if the power were cut")

    with movenet.Annotator("mini", jobs=1) as annotator:
        expected = in_one_go(annotator, gym)
        monkeypatch.setattr(worker, "write_segment", die)
        monkeypatch.setattr(FolderOutputs, "remove_segments", lambda _: None)  # a killed run would not
        assert annotator.run(gym, tmp_path / "out").failed == 1
        monkeypatch.undo()
        monkeypatch.setattr(cuts, "_SHORTEST", 20)
        counts = count_segments(monkeypatch)
        assert in_segments(annotator, gym, tmp_path / "out") == expected
    assert len(counts) < 4
    assert len(list((tmp_path / "out").rglob("*.tmp"))) == 0


def test_half_a_file_of_a_segment_is_not_used(gym: Path, tmp_path: Path) -> None:
    path = tmp_path / ".movenet/segments/a"
    path.parent.mkdir(parents=True)
    place = StoredFile(LocalStorage(tmp_path), ".movenet/segments/a")
    segment_file.write_segment(place, SegmentResults((), None, None))
    assert segment_file.read_segment(place) == SegmentResults((), None, None)
    path.write_bytes(path.read_bytes()[:-1])
    assert segment_file.read_segment(place) is None
    assert segment_file.read_segment(StoredFile(LocalStorage(tmp_path), "gone")) is None


def videos(folder: Path) -> Iterator[tuple[str, Path]]:
    """Streams of many kinds, 90 numbered frames each."""
    uneven = [step * 40 + (step * step) % 37 for step in range(90)]
    yield "B-frames", write_clip(folder / "b.mp4", 90, options=GOP | {"bf": "3"})
    yield "no B-frames", write_clip(folder / "p.mp4", 90, options=GOP | {"bf": "0"})
    yield (
        "open groups",
        write_clip(folder / "open.mp4", 90, options=GOP | {"x264-params": "open-gop=1:bframes=3"}),
    )
    yield "QuickTime", write_clip(folder / "a.mov", 90, options=GOP)
    yield (
        "uneven times",
        write_clip(folder / "vfr.mp4", 90, options=GOP, times=uneven, time_base=MILLISECONDS),
    )
    yield (
        "fragments",
        write_clip(
            folder / "f.mp4", 90, options=GOP, container_options={"movflags": "frag_keyframe+empty_moov"}
        ),
    )
    yield "MPEG-4", write_clip(folder / "m.mp4", 90, codec="mpeg4", options={"g": "20"})
    yield (
        "HEVC",
        write_clip(folder / "h.mp4", 90, codec="libx265", options={"x265-params": "keyint=20:log-level=0"}),
    )
    yield "Matroska", write_clip(folder / "a.mkv", 90, options=GOP)


def test_segments_have_the_frames_of_the_whole(tmp_path: Path) -> None:
    cut = {}
    for kind, path in videos(tmp_path):
        whole = {frame.index: frame for frame in read(path) if isinstance(frame, Frame)}
        with opened(path) as source:
            segments = source.segments
        cut[kind] = len(segments)
        is_sound = bool(segments) and can_be_cut(path, segments)
        for segment in segments:
            try:
                frames = list(segment_frames(path, segment, 2, 10**9, CancellationToken()))
            except UnsoundSegmentError:
                cut[kind] = -1
                continue
            if frames[0].time != whole[segment.first].time:
                cut[kind] = -1  # which the seam with the segment before shows
                continue
            end = len(whole) if segment.end is None else segment.end + 2
            assert [frame.index for frame in frames] == list(range(segment.first, end)), kind
            for frame in frames:
                same = whole[frame.index]
                assert frame.time == same.time, (kind, frame.index)
                assert number_of(frame.image.rgb()) == number_of(same.image.rgb()) == frame.index % 256, kind
        assert is_sound == (cut[kind] > 0), (kind, "is known before a segment is begun")
    assert {kind: count for kind, count in cut.items() if count in (3, 4)}.keys() >= {
        "B-frames", "no B-frames", "QuickTime", "uneven times"
    }, cut  # fmt: skip
    assert cut["Matroska"] == 0


def test_open_groups_of_pictures_are_not_begun_in_segments(
    tmp_path: Path, counted: list[tuple[int, bool]]
) -> None:
    options = {"x265-params": "keyint=20:log-level=0"}
    path = write_clip(tmp_path / "h.mp4", 90, codec="libx265", options=options)
    with opened(path) as source:
        assert len(source.segments) > 1
    with movenet.Annotator("mini", jobs=2, crop="none") as annotator:
        assert in_segments(annotator, path, tmp_path / "out") == in_one_go(annotator, path)
    assert not counted


def test_only_a_whole_video_is_cut(gym: Path) -> None:
    for frames in (
        FrameRange(stride=2),
        FrameRange(fps=5.0),
        FrameRange(start=1.0),
        FrameRange(max_frames=80),
    ):
        with open_source(InputFile(gym, "gym.mp4"), frames) as source:
            assert source.segments == ()


def test_the_same_segments_whatever_is_asked_of_them(gym: Path) -> None:
    with opened(gym) as source:
        first = source.segments
        list(source.frames())
        assert source.segments == first
    assert [(segment.first, segment.end) for segment in first] == [(0, 20), (20, 40), (40, 60), (60, None)]
