"""The report page, parsed again: numbers, names, links, images, and that it needs nothing else."""

import base64
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import cv2
import numpy as np
import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode, InputError, OutputError
from movenet_cli.html_report.page import write_report
from movenet_cli.html_report.statistics import Statistics, open_results, read_inputs
from movenet_cli.io.json_text import escape_name
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.output.overlay.image import overlay_name
from tests.html_report.examples import HOSTILE, long_video, make_coloured_clip, small_video, with_run
from tests.html_report.pages import Page, report
from tests.output.formats.examples import (
    AWKWARD_NAMES,
    DOCUMENTS,
    Documents,
    image_header,
    image_results,
    video_header,
    write_dataset,
    write_results,
)
from tests.output.overlay.clips import frame, header, image, make_clip, overlay
from tests.support.media import gradient, write_image


@pytest.fixture
def results(tmp_path: Path) -> Path:
    write_results(tmp_path / "results", ["json"], DOCUMENTS)
    return tmp_path / "results"


def gather(folder: Path) -> Statistics:
    statistics = open_results(folder)
    for _ in read_inputs(folder, statistics):
        pass
    return statistics


def people_of(row: dict[str, Any]) -> list[list[float]]:
    people: list[list[float]] = row["people"]
    return people


def test_the_counts_are_those_of_the_documents(results: Path) -> None:
    page = report(results)
    assert "4 inputs with results" in page.text
    assert "7 frames 4 with people (57.1%) 2 without people (28.6%) 6 poses seen 1 frame failed" in page.text
    assert "1 input with failures" in page.text


def test_a_row_tells_of_its_input(results: Path) -> None:
    page = report(results)
    assert [row["name"] for row in page.rows] == ["a.jpg", "clips/a.mp4", "clips/many.mp4", "none.mp4"]
    row, people = page.row("clips/a.mp4"), [one for each in DOCUMENTS[1][1] for one in each.poses]
    counts = {"frames": 4, "empty": 1, "failed": 1, "changed": 1, "most": 1}
    assert {key: row[key] for key in counts} == counts
    assert row["score"] == round(100 * min(people[0].score, people[2].score))
    assert (row["media"], row["width"], row["height"]) == ("video", 1920, 1080)
    assert row["reasons"] == ["frame 2: frame could not be decoded: \\udce9 \n line"]
    assert row["strip"]["state"] == "oefo"
    assert row["strip"]["changed"] == [3]
    assert row["strip"]["low"] == [round(100 * people[0].score), None, None, round(100 * people[2].score)]
    assert page.row("clips/many.mp4")["most"] == 3
    assert page.row("none.mp4")["score"] is None


def test_the_people_are_where_the_results_have_them(results: Path) -> None:
    page = report(results)
    (found,) = people_of(page.row("a.jpg"))
    (pose,) = DOCUMENTS[0][1][0].poses
    assert found[0] == round(100 * pose.score)
    keypoints = np.array(found[1:]).reshape(17, 3)
    assert np.abs(keypoints - pose.keypoints * (1, 1, 100)).max() <= 0.51
    columns = page.columns("clips/a.mp4")
    assert [column["frame"] for column in columns] == [0, 1, 2, 120]
    assert [column["time"] for column in columns] == pytest.approx(
        [0, 1001 / 30000, 2002 / 30000, 4.004], abs=1e-4
    )
    assert [len(column["people"]) for column in columns] == [1, 0, 0, 1]
    assert [column["state"] for column in columns] == list("oefo")
    assert columns[3]["changed"] == 1
    # Frame 120 has a size of its own: its people are shown in that of the video.
    scaled = np.array(columns[3]["people"][0][1:]).reshape(17, 3)[:, :2]
    assert np.abs(scaled - DOCUMENTS[1][1][3].poses[0].keypoints[:, :2] * (6, 4.5)).max() <= 3.1


def test_smoothed_points_are_shown_where_there_are_any(results: Path) -> None:
    second = report(results).columns("clips/many.mp4")[0]["people"][1]
    points = np.linspace(-1, 1000, 34).reshape(17, 2)
    assert np.abs(np.array(second[1:]).reshape(17, 3)[:, :2] - points).max() <= 0.51


def test_it_needs_nothing_else(results: Path) -> None:
    page = report(results)
    assert sorted(path.name for path in results.iterdir()) == ["keypoints", "report.html"]
    assert not {"link", "iframe", "object", "embed"} & {tag for tag, _ in page.tags}
    assert not page.attributes("href")
    assert not page.attributes("src")
    assert "url(" not in page.html
    assert "@import" not in page.html
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]


def test_only_its_own_script_may_run(results: Path) -> None:
    page = report(results)
    (policy,) = [text for text in page.attributes("content") if "default-src" in text]
    (script,) = [text for attrs, text in page.scripts if not attrs]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")


def test_names_and_reasons_are_text(tmp_path: Path) -> None:
    folder = tmp_path / "<b>out&amp;"
    documents: Documents = [(image_header(name), image_results()) for name in (*AWKWARD_NAMES, HOSTILE[1:])]
    write_results(folder, ["json"], documents)
    with_run(
        folder,
        model={"name": HOSTILE},
        options={"formats": HOSTILE},
        failures=[{"source": HOSTILE, "reason": HOSTILE + "\udcff"}],
        notes=[{"source": HOSTILE, "note": HOSTILE}, {"source": "plain.jpg", "note": HOSTILE}],
    )
    page = report(folder)
    assert page.attributes("title").count(HOSTILE) == 2
    assert "<b>out&amp;" in page.text
    assert not {"img", "b"} & {tag for tag, attrs in page.tags if attrs}
    assert "alert(1)" not in page.html.replace("\\u003cimg src=x onerror=alert(1)>", "").replace(
        "&lt;img src=x onerror=alert(1)&gt;", ""
    )
    names = {row["name"] for row in page.rows}
    assert names == {*map(escape_name, AWKWARD_NAMES), HOSTILE[1:], HOSTILE}
    assert page.row(HOSTILE) == {
        "id": 17,
        "name": HOSTILE,
        "reasons": [HOSTILE + "\\udcff"],
        "notes": [HOSTILE],
    }
    assert page.row("plain.jpg")["notes"] == [HOSTILE]


def test_links_lead_to_inputs_and_overlays(tmp_path: Path) -> None:
    """Whatever bytes their names have; relative where both are near, so that they can be moved together."""
    inputs = tmp_path / "in puts"
    documents: Documents = [(image_header(name), image_results()) for name in AWKWARD_NAMES]
    write_results(tmp_path / "out", ["json"], documents)
    for name in AWKWARD_NAMES:
        for path in (inputs / name, tmp_path / "out/overlay" / overlay_name(name, "image")):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
    known = [{"source": escape_name(n), "path": escape_name(str(inputs / n))} for n in AWKWARD_NAMES]
    with_run(tmp_path / "out", files=[*known, {"source": "\\", "path": "x"}, None])
    for page in (report(tmp_path / "out"), report(tmp_path / "out", tmp_path / "far/a/b/c/page.html")):
        for name in AWKWARD_NAMES:
            row = page.row(escape_name(name))
            for link, path in (
                (row["input"], inputs / name),
                (row["overlay"], tmp_path / "out/overlay" / overlay_name(name, "image")),
            ):
                parts = urlsplit(urljoin(page.path.as_uri(), link))
                assert (parts.scheme, parts.query, parts.fragment) == ("file", "", "")
                assert Path(os.fsdecode(unquote_to_bytes(parts.path))) == path
        is_near = page.path.parent.name == "out"
        assert page.row("plain.jpg")["input"].startswith("../in%20puts/plain" if is_near else "file:///")


def test_an_input_that_is_gone_or_another_by_now(a_model: Path, tmp_path: Path) -> None:
    media = {name: tmp_path / "media" / name for name in ("a.png", "b.png", "c.png")}
    for path in media.values():
        write_image(path, gradient())
    (tmp_path / "media/broken.jpg").write_bytes(b"no image")
    command = ["annotate", str(tmp_path / "media"), "-m", str(a_model), "-o", str(tmp_path / "out")]
    assert run(command) == ExitCode.PARTIAL
    media["b.png"].unlink()
    write_image(media["c.png"], gradient(width=90))
    page = report(tmp_path / "out")
    assert page.row("a.png")["input"] == "../media/a.png"
    assert "stale" not in page.row("a.png")
    assert "input" not in page.row("b.png")
    assert page.row("c.png")["stale"] is True
    assert [row["name"] for row in page.rows if row.get("thumbnail")] == ["a.png"]
    assert page.row("broken.jpg") == {
        **{"id": 3, "name": "broken.jpg", "input": "../media/broken.jpg"},
        "reasons": ["not an image that can be read"],
    }


def test_scores_of_people_and_keypoints(results: Path) -> None:
    found = gather(results).scores
    people = [one for _, frames in DOCUMENTS for each in frames for one in each.poses if one.is_seen(0.3)]
    assert found.people == len(people) == found.histogram.sum()
    scores = np.array([one.keypoints[:, 2] for one in people])
    assert found.keypoint_scores / found.people == pytest.approx(scores.mean(axis=0), abs=1e-4)
    assert found.keypoints_seen.tolist() == (scores >= 0.3).sum(axis=0).tolist()
    middle = [int(one.score * 20) for one in people]
    assert found.histogram.tolist() == [middle.count(place) for place in range(20)]
    titles = re.findall(r"<title>([^<]*poses)</title>", report(results).html)
    assert [int(title.split(": ")[1].split()[0]) for title in titles] == found.histogram.tolist()


def test_a_long_video_has_a_bounded_curve(tmp_path: Path) -> None:
    write_results(tmp_path, ["json"], [(video_header("a.mp4"), list(long_video(1600)))])
    page = report(tmp_path)
    columns, strip = page.columns("a.mp4"), page.row("a.mp4")["strip"]
    assert len(columns) == 400
    assert sum(column["frames"] for column in columns) == 1600
    assert [(column["first"], column["last"]) for column in columns] == [
        (n, n + 3) for n in range(0, 1600, 4)
    ]
    assert len(strip["state"]) == len(strip["low"]) == 100
    assert strip["state"] == 25 * "e" + 25 * "o" + "f" + 49 * "o"
    assert columns[200]["failed"] == 1
    assert columns[200]["reason"] == "frame could not be decoded"
    assert columns[200]["frame"] == 801  # the first that has somebody


def test_broken_results_are_failures(results: Path) -> None:
    broken = results / "keypoints/clips/a.mp4.json"
    broken.write_text(broken.read_text("utf-8")[:-40], "utf-8")
    page = report(results)
    assert "3 inputs with results" in page.text
    assert "1 input with failures" in page.text
    assert "a.mp4.json: " in page.row("clips/a.mp4")["reasons"][0]
    assert "media" not in page.row("clips/a.mp4")
    assert gather(results).scores.people == 4


def test_what_the_run_says(results: Path) -> None:
    with_run(
        results,
        complete=False,
        tool={"name": "movenet-cli", "version": "9.8.7"},
        failures=[{"source": "bad.mp4", "reason": "not a video that can be read"}],
        timings={"started": "2026-01-02T03:04:05+00:00", "seconds": 12.5},
    )
    page = report(results)
    for words in ("stopped before its end", "2026-01-02 03:04:05 UTC", "9.8.7"):
        assert words in page.text
    assert page.row("bad.mp4")["reasons"] == ["not a video that can be read"]


def test_options_are_those_that_had_a_say(results: Path) -> None:
    """What documents tell, and which files there are; not what had no effect, or none on these results."""
    options = {"formats": ["json", "csv"], "overlay": False, "max_people": 6, "jobs": 2, "fail_fast": False}
    with_run(results, options=options)
    shown = report(results).text.split("Options ")[1].split(" ‹ ")[0]
    words = "crop none, follow min score 0.3 fps 15.0 max people 6 formats json, csv overlay no"
    assert " ".join(shown.split()) == words
    kept = results / "keypoints/clips/many.mp4.json"
    kept.unlink()
    assert "max people" not in report(results).text


def test_a_run_of_failures_only(tmp_path: Path) -> None:
    failures = [{"source": "a.mp4", "reason": "no video in this file"}]
    with_run(tmp_path, inputs={"total": 1, "failed": 1}, failures=failures)
    page = report(tmp_path)
    assert page.rows == [{"id": 0, "name": "a.mp4", "reasons": ["no video in this file"]}]
    assert "No people were found." in page.text


def test_older_results_are_shown_after_a_run_of_failures_only(results: Path) -> None:
    failures = [{"source": "b.mp4", "reason": "no video in this file"}]
    with_run(results, inputs={"total": 1, "done": 0, "kept": 0, "failed": 1}, failures=failures)
    page = report(results)
    assert "4 inputs with results" in page.text
    assert len(page.rows) == 5
    assert page.row("b.mp4")["reasons"] == ["no video in this file"]


@pytest.mark.parametrize("name", ["plain.mp4", r"back\slash.mp4", "bytes-\udcff.mp4"])
@pytest.mark.parametrize("written", [escape_name, str], ids=["as in documents", "as version 0.1.0 did"])
def test_a_failure_is_listed_once(tmp_path: Path, name: str, written: Callable[[str], str]) -> None:
    write_results(tmp_path, ["json"], [(video_header(name), list(long_video(4)))])
    with_run(tmp_path, failures=[{"source": written(name), "reason": "1 of 4 frames failed"}])
    page = report(tmp_path)
    assert "1 input with failures" in page.text
    (row,) = page.rows
    assert (row["name"], row["reasons"]) == (escape_name(name), ["1 of 4 frames failed"])


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
        write_dataset(
            [FORMATS["coco"].path(folder, header.source) for header, _ in documents], folder / "coco.json"
        )
        shutil.rmtree(folder / ".movenet")
    item = frame(0, None, image((200, 30, 30), 640, 480))
    overlay(folder / "overlay/a.jpg", Path("a"), [item], header("image", (640, 480)))
    with_run(folder, model={"name": "thunder"})
    found = gather(folder)
    assert found.broken == []
    assert found.frames == whole.frames
    assert found.scores.histogram.tolist() == whole.scores.histogram.tolist()
    assert found.scores.keypoints_seen.tolist() == whole.scores.keypoints_seen.tolist()
    page, other = report(folder), report(tmp_path / "all")
    for each in ("name", "frames", "empty", "failed", "most", "score"):
        assert [row[each] for row in page.rows] == [row[each] for row in other.rows]
    assert page.row("long.mp4")["strip"] == other.row("long.mp4")["strip"]
    assert "COCO files do not contain them" in page.text
    assert [row["name"] for row in page.rows if row.get("overlay")] == ["a.jpg"]
    assert "thunder" in page.text


def test_documents_and_coco_together(tmp_path: Path) -> None:
    """An input of each, and one of both, which counts once."""
    for name, formats in (("a.jpg", ["json"]), ("b.jpg", ["coco"]), ("c.jpg", ["json", "coco"])):
        write_results(tmp_path, formats, [(image_header(name), image_results())])
    found = gather(tmp_path)
    assert (found.scores.people, found.scores.scored) == (3, 2)
    page = report(tmp_path)
    assert sorted(row["name"] for row in page.rows) == ["a.jpg", "b.jpg", "c.jpg"]
    assert "COCO files do not contain them" not in page.text


@pytest.mark.parametrize("kept", ["parts", "dataset"])
def test_broken_coco_is_a_failure(tmp_path: Path, kept: str) -> None:
    write_results(tmp_path, ["coco"], DOCUMENTS)
    part = FORMATS["coco"].path(tmp_path, "clips/a.mp4")
    if kept == "dataset":
        parts = [FORMATS["coco"].path(tmp_path, header.source) for header, _ in DOCUMENTS]
        write_dataset(parts, tmp_path / "coco.json")
        shutil.rmtree(tmp_path / ".movenet")
        part = tmp_path / "coco.json"
    part.write_text(part.read_text("utf-8").replace('"bbox": [', '"bbox": [1e99, ', 1), "utf-8")
    page = report(tmp_path)
    reasons = [reason for row in page.rows if "media" not in row for reason in row["reasons"]]
    assert reasons
    assert any("bbox[0]: expected float <= " in reason for reason in reasons)


def test_tables_alone_are_no_report(tmp_path: Path) -> None:
    write_results(tmp_path, ["csv"], DOCUMENTS)
    with_run(tmp_path, inputs={"total": 4, "done": 4, "kept": 0, "failed": 0})
    with pytest.raises(InputError, match=r"has no JSON or JSONL documents.*--format json"):
        report(tmp_path)


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


def colour_of(page: Page, name: str) -> str:
    data = base64.b64decode(page.files[f"{page.row(name)['id']}.jpg"].removeprefix("data:image/jpeg;base64,"))
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert max(pixels.shape) <= 320
    return ("blue", "green", "red")[int(pixels.mean(axis=(0, 1)).argmax())]


def test_thumbnails_of_overlays_where_inputs_are_gone(tmp_path: Path) -> None:
    documents: Documents = [
        (image_header("a.jpg"), image_results()),
        (small_video("b.mov"), list(long_video(100))),
        (image_header("none.jpg"), image_results()),
    ]
    write_results(tmp_path, ["json"], documents)
    item = frame(0, None, image((200, 30, 30), 640, 480))
    overlay(tmp_path / "overlay/a.jpg", Path("a"), [item], header("image", (640, 480)))
    clip = make_clip(tmp_path / "clip.mp4", [0.0])
    items = [frame(n, n / 25, image((30, 30, 200) if n < 25 else (30, 200, 30))) for n in range(100)]
    overlay(tmp_path / "overlay" / overlay_name("b.mov", "video"), clip, items)
    page = report(tmp_path)
    # The video's first frame with somebody is number 25; people are drawn in overlays already.
    assert (colour_of(page, "a.jpg"), colour_of(page, "b.mov")) == ("red", "green")
    for name in ("a.jpg", "b.mov"):
        assert page.row(name)["drawn"] is True
        assert "people" not in page.row(name)
    assert "thumbnail" not in page.row("none.jpg")
    assert page.row("none.jpg")["people"]


def test_thumbnails_of_inputs(tmp_path: Path) -> None:
    """The frame that the skeleton belongs to, upright; the overlay is not asked."""
    write_results(tmp_path, ["json"], [(small_video("b.mp4"), list(long_video(100)))])
    clip = make_coloured_clip(tmp_path / "b.mp4", 100, 25)
    with_run(tmp_path, files=[{"source": "b.mp4", "path": str(clip)}])
    page = report(tmp_path)
    assert page.row("b.mp4")["drawn"] is False
    assert len(people_of(page.row("b.mp4"))) == 1
    assert colour_of(page, "b.mp4") == "green"


def test_an_unreadable_overlay_is_no_thumbnail(results: Path) -> None:
    (results / "overlay/clips").mkdir(parents=True)
    (results / "overlay/a.jpg").write_bytes(b"no image")
    (results / "overlay/clips/a.mp4").write_bytes(b"")
    page = report(results)
    assert not any("thumbnail" in row for row in page.rows)
    assert page.row("a.jpg")["overlay"] == "overlay/a.jpg"


def test_a_damaged_journal_is_no_obstacle(results: Path) -> None:
    (results / "journal.jsonl").mkdir()
    assert len(report(results).rows) == 4


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
