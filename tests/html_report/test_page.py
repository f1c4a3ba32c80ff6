"""The HTML report, parsed again: numbers, images, names, and that it needs nothing else."""

import base64
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from movenet_cli.core.types import FrameResult
from movenet_cli.errors import InputError, OutputError
from movenet_cli.html_report.page import render, write_report
from movenet_cli.html_report.statistics import gather
from movenet_cli.io.json_text import escape_name
from movenet_cli.output.formats.coco import combine
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.output.overlay.image import overlay_name
from tests.output.formats.examples import (
    AWKWARD_NAMES,
    DOCUMENTS,
    Documents,
    image_header,
    image_results,
    pose,
    video_header,
    write_results,
)
from tests.output.overlay.clips import frame, header, image, make_clip, overlay

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;.jpg"


class Page(HTMLParser):
    """Collects what a reader of the page sees and what a browser would do."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(filter(None, self.words))

    def attributes(self, name: str) -> list[str]:
        return [value or "" for _, attrs in self.tags for key, value in attrs.items() if key == name]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    write_results(tmp_path / "results", ["json"], DOCUMENTS)
    return tmp_path / "results"


def with_run(folder: Path, **run: object) -> Path:
    (folder / "run.json").write_text(json.dumps({"schema": "movenet-cli/run-1", **run}))
    return folder


def long_video(count: int) -> Iterator[FrameResult]:
    person, nobody = pose(1, low=0.5), pose(2, high=0.2, box=None)
    for index in range(count):
        if index == count // 2:
            yield FrameResult(index, index / 25, "failed", (), "frame could not be decoded")
        elif index < count // 4:
            yield FrameResult(index, index / 25, "empty", (nobody,))
        else:
            yield FrameResult(index, index / 25, "ok", (person,))


def test_the_counts_are_those_of_the_documents(results: Path) -> None:
    page = Page(render(results))
    assert "4 inputs with results" in page.text
    assert "7 frames 4 with people (57.1%) 2 without people (28.6%) 6 poses seen 1 frames failed" in page.text


def test_it_needs_nothing_else(results: Path) -> None:
    page = Page(render(results))
    assert not {"script", "link", "iframe", "object", "embed"} & {tag for tag, _ in page.tags}
    assert not page.attributes("href")
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.attributes("src"))
    assert "url(" not in render(results)
    assert "@import" not in render(results)
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]


def test_names_and_reasons_are_text(tmp_path: Path) -> None:
    documents: Documents = [(image_header(name), image_results()) for name in AWKWARD_NAMES]
    write_results(tmp_path, ["json"], documents)
    with_run(
        tmp_path,
        model={"name": HOSTILE},
        options={HOSTILE: HOSTILE},
        failures=[{"source": HOSTILE, "reason": HOSTILE + "\udcff"}],
        notes=[{"source": HOSTILE, "note": HOSTILE}],
    )
    out = tmp_path / "page.html"
    write_report(tmp_path, out)
    page = Page(out.read_text("utf-8"))
    tags = {tag for tag, _ in page.tags}
    assert not {"script", "img"} & tags
    assert page.text.count(HOSTILE) >= 4
    assert "bytes-\\xff\\x80.jpg" in page.text
    assert "文字" in page.text


def test_scores_of_people_and_keypoints(results: Path) -> None:
    found = gather(results).scores
    people = [one for _, frames in DOCUMENTS for each in frames for one in each.poses if one.is_seen(0.3)]
    assert found.people == len(people) == found.histogram.sum()
    scores = np.array([one.keypoints[:, 2] for one in people])
    assert found.keypoint_scores / found.people == pytest.approx(scores.mean(axis=0), abs=1e-4)
    assert found.keypoints_seen.tolist() == (scores >= 0.3).sum(axis=0).tolist()
    middle = [int(one.score * 20) for one in people]
    assert found.histogram.tolist() == [middle.count(place) for place in range(20)]
    titles = re.findall(r"<title>([^<]*poses)</title>", render(results))
    assert [int(title.split(": ")[1].split()[0]) for title in titles] == found.histogram.tolist()


def test_a_video_has_its_timeline(tmp_path: Path) -> None:
    write_results(tmp_path, ["json"], [(video_header("a.mp4"), list(long_video(1000)))])
    html = render(tmp_path)
    strip = html[html.index('<svg class="timeline"') :]
    strip = strip[: strip.index("</svg>")]
    assert "<title>749 ok, 250 empty, 1 failed</title>" in strip
    assert 'viewBox="0 0 250 20"' in strip
    seen = [
        tuple(map(float, place)) for place in re.findall(r'"ok" x="(\d+)" y="([\d.]+)" width="(\d+)"', strip)
    ]
    assert seen[0][0] == 62  # the column of frames 248 to 251, half of it empty
    assert sum(width for _, _, width in seen) == 250 - 62
    (failed,) = re.findall(r'"failed" x="(\d+)"', strip)
    assert int(failed) == 125


def test_broken_results_are_failures(results: Path) -> None:
    broken = results / "keypoints/clips/a.mp4.json"
    broken.write_text(broken.read_text("utf-8")[:-40], "utf-8")
    page = Page(render(results))
    assert "3 inputs with results" in page.text
    assert "1 failures recorded" in page.text
    assert "a.mp4.json: " in page.text
    assert gather(results).scores.people == 4


def test_what_the_run_says(results: Path) -> None:
    with_run(
        results,
        complete=False,
        tool={"name": "movenet-cli", "version": "9.8.7"},
        options={"min_score": 0.3, "overlay": False, "start": None},
        failures=[{"source": "bad.mp4", "reason": "not a video that can be read"}],
        timings={"started": "2026-01-02T03:04:05+00:00", "seconds": 12.5},
    )
    page = Page(render(results))
    for words in (
        "stopped before its end",
        "bad.mp4 not a video that can be read",
        "2026-01-02 03:04:05 UTC",
        "9.8.7",
        "min score 0.3",
        "overlay no",
    ):
        assert words in page.text
    assert "start " not in page.text.split("Options")[1].split("Time")[0]


def test_a_run_of_failures_only(tmp_path: Path) -> None:
    failures = [{"source": "a.mp4", "reason": "no video in this file"}]
    with_run(tmp_path, inputs={"total": 1, "failed": 1}, failures=failures)
    page = Page(render(tmp_path))
    assert "a.mp4 no video in this file" in page.text
    assert "No people were found." in page.text


def test_older_results_are_shown_after_a_run_of_failures_only(results: Path) -> None:
    failures = [{"source": "b.mp4", "reason": "no video in this file"}]
    with_run(results, inputs={"total": 1, "done": 0, "kept": 0, "failed": 1}, failures=failures)
    page = Page(render(results))
    assert "4 inputs with results" in page.text
    assert "b.mp4 no video in this file" in page.text


@pytest.mark.parametrize("name", ["plain.mp4", r"back\slash.mp4", "bytes-\udcff.mp4"])
@pytest.mark.parametrize("written", [escape_name, str], ids=["as in documents", "as version 0.1.0 did"])
def test_a_failure_is_listed_once(tmp_path: Path, name: str, written: Callable[[str], str]) -> None:
    write_results(tmp_path, ["json"], [(video_header(name), list(long_video(4)))])
    with_run(tmp_path, failures=[{"source": written(name), "reason": "1 of 4 frames failed"}])
    page = Page(render(tmp_path))
    assert "1 failures recorded" in page.text
    assert f"{escape_name(name)} 1 of 4 frames failed" in page.text


@pytest.mark.parametrize("kept", ["parts", "dataset"])
def test_coco_alone_tells_some_of_it(tmp_path: Path, kept: str) -> None:
    """Counts, scores of poses, timelines, overlays; no scores of keypoints."""
    documents: Documents = [
        *DOCUMENTS[:3],
        (video_header("long.mp4"), list(long_video(1000))),
        *((image_header(f"names/{n:02d}{name}"), image_results()) for n, name in enumerate(AWKWARD_NAMES)),
    ]
    write_results(tmp_path / "all", ["json"], documents)
    whole = gather(tmp_path / "all")
    folder = tmp_path / "coco"
    write_results(folder, ["coco"], documents)
    if kept == "dataset":
        combine(
            [FORMATS["coco"].path(folder, header.source) for header, _ in documents], folder / "coco.json"
        )
        shutil.rmtree(folder / ".movenet")
    item = frame(0, None, image((200, 30, 30), 640, 480))
    overlay(folder / "overlay/a.jpg", Path("a"), [item], header("image", (640, 480)))
    with_run(folder, model={"name": "thunder"})
    found = gather(folder)
    assert found.broken == []
    assert [each.header.source for each in found.inputs] == [each.header.source for each in whole.inputs]
    assert found.frames == whole.frames
    assert [each.most_people for each in found.inputs] == [each.most_people for each in whole.inputs]
    assert found.scores.histogram.tolist() == whole.scores.histogram.tolist()
    assert found.scores.keypoints_seen.tolist() == whole.scores.keypoints_seen.tolist()
    page = Page(render(folder))
    assert "<title>749 ok, 250 empty, 1 failed</title>" in render(folder)
    assert "COCO files do not contain them" in page.text
    assert page.attributes("alt") == ["Overlay of a.jpg"]
    assert "thunder" in page.text


def test_documents_and_coco_together(tmp_path: Path) -> None:
    """An input of each, and one of both, which counts once."""
    for name, formats in (("a.jpg", ["json"]), ("b.jpg", ["coco"]), ("c.jpg", ["json", "coco"])):
        write_results(tmp_path, formats, [(image_header(name), image_results())])
    found = gather(tmp_path)
    assert [each.header.source for each in found.inputs] == ["a.jpg", "b.jpg", "c.jpg"]
    assert (found.scores.people, found.scores.scored) == (3, 2)
    assert "COCO files do not contain them" not in render(tmp_path)


@pytest.mark.parametrize("kept", ["parts", "dataset"])
def test_broken_coco_is_a_failure(tmp_path: Path, kept: str) -> None:
    write_results(tmp_path, ["coco"], DOCUMENTS)
    part = FORMATS["coco"].path(tmp_path, "clips/a.mp4")
    if kept == "dataset":
        parts = [FORMATS["coco"].path(tmp_path, header.source) for header, _ in DOCUMENTS]
        combine(parts, tmp_path / "coco.json")
        shutil.rmtree(tmp_path / ".movenet")
        part = tmp_path / "coco.json"
    part.write_text(part.read_text("utf-8").replace('"bbox": [', '"bbox": [1e99, ', 1), "utf-8")
    page = Page(render(tmp_path))
    assert "1 failures recorded" in page.text or "2 failures recorded" in page.text
    assert "bbox[0]: expected float <= " in page.text


def test_tables_alone_are_no_report(tmp_path: Path) -> None:
    write_results(tmp_path, ["csv"], DOCUMENTS)
    with_run(tmp_path, inputs={"total": 4, "done": 4, "kept": 0, "failed": 0})
    with pytest.raises(InputError, match=r"has no JSON or JSONL documents.*--format json"):
        render(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff photograph", b"<!doctype html><title>Mine</title>"])
def test_only_a_page_of_ours_is_replaced(results: Path, tmp_path: Path, content: bytes) -> None:
    out = tmp_path / "page.html"
    write_report(results, out)
    before = out.read_bytes()
    with_run(results, notes=[{"source": "a.jpg", "note": "another page"}])
    write_report(results, out)
    assert out.read_bytes() != before
    out.write_bytes(content)
    with pytest.raises(OutputError, match=r"page\.html exists and is not a report"):
        write_report(results, out)
    assert out.read_bytes() == content


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_what_is_no_file_is_not_replaced(results: Path, make: Callable[[Path], None]) -> None:
    make(results / "report.html")
    with pytest.raises(OutputError, match="exists and is not a report"):
        write_report(results, results / "report.html")


def test_overlays_are_shown(tmp_path: Path) -> None:
    documents: Documents = [
        (image_header("a.jpg"), image_results()),
        (video_header("b.mov"), list(long_video(100))),
        (image_header("none.jpg"), image_results()),
    ]
    write_results(tmp_path, ["json"], documents)
    item = frame(0, None, image((200, 30, 30), 640, 480))
    overlay(tmp_path / "overlay/a.jpg", Path("a"), [item], header("image", (640, 480)))
    clip = make_clip(tmp_path / "clip.mp4", [0.0])
    items = [frame(n, n / 25, image((30, 30, 200) if n < 25 else (30, 200, 30))) for n in range(100)]
    overlay(tmp_path / "overlay" / overlay_name("b.mov", "video"), clip, items)
    page = Page(render(tmp_path))
    colours = []
    for source in page.attributes("src"):
        data = base64.b64decode(source.removeprefix("data:image/jpeg;base64,"))
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert pixels is not None
        colours.append(("blue", "green", "red")[int(pixels.mean(axis=(0, 1)).argmax())])
        assert max(pixels.shape) <= 480
    assert colours == ["red", "green"]  # the video's first frame with somebody is number 25
    assert page.attributes("alt") == ["Overlay of a.jpg", "Overlay of b.mov"]


def test_an_unreadable_overlay_is_left_out(results: Path) -> None:
    (results / "overlay/clips").mkdir(parents=True)
    (results / "overlay/a.jpg").write_bytes(b"no image")
    (results / "overlay/clips/a.mp4").write_bytes(b"")
    assert "data:" not in re.sub(r"<meta.*>", "", render(results))


def test_no_results(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a results folder"):
        write_report(tmp_path, tmp_path / "page.html")
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        write_report(tmp_path, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_a_page_that_cannot_be_written(results: Path) -> None:
    (results / "file").write_text("")
    with pytest.raises(OutputError):
        write_report(results, results / "file/page.html")
