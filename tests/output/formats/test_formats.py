"""All text formats: what they hold, and that they hold it the same way every time."""

import csv
import io
import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from movenet_cli import settings
from movenet_cli.core.skeleton import KEYPOINT_NAMES
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import MediaError
from movenet_cli.io.json_text import escape_name, json_line, unescape_name
from movenet_cli.output.formats.csv import COLUMNS, SMOOTHED_COLUMNS
from movenet_cli.output.formats.registry import FORMATS
from tests.output.formats.examples import (
    AWKWARD_NAMES,
    DOCUMENTS,
    encoded,
    image_header,
    image_results,
    multi_header,
    multi_results,
    pose,
    video_header,
    video_results,
)

SCHEMA = json.loads((files("movenet_cli") / "schema" / "movenet-cli-1.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
ALL = sorted(FORMATS)


def text_of(name: str, header: Any, results: Any) -> str:
    return encoded(FORMATS[name].encoder(header), results)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_table_of_formats_is_the_one_users_are_told_of() -> None:
    assert list(FORMATS) == list(settings.FORMATS)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_same_results_give_the_same_bytes(name: str, document: Any) -> None:
    assert text_of(name, *document).encode() == text_of(name, *document).encode()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(name: str, bad: float) -> None:
    broken = pose(low=0.5)
    broken.keypoints[3, 1] = bad
    with pytest.raises(MediaError, match="not finite"):
        FORMATS[name].encoder(image_header()).frame(FrameResult(0, None, "ok", (broken,)))
    with pytest.raises(MediaError, match="not finite"):
        FORMATS[name].encoder(image_header()).frame(FrameResult(0, None, "ok", (pose(low=0.5, score=bad),)))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("source", AWKWARD_NAMES)
def test_any_file_name_can_be_written_and_found_again(name: str, source: str) -> None:
    text = text_of(name, video_header(source), video_results())
    text.encode("utf-8", "strict")
    if name == "json":
        found = json.loads(text)["source"]
    elif name == "jsonl":
        lines = [json.loads(line) for line in text.splitlines()]
        assert len(lines) == 2 + len(video_results())
        (found,) = {line["source"] for line in lines}
    elif name == "csv":
        (found,) = {row["source"] for row in rows_of(text)}
        assert not found.startswith(("=", "+", "-", "@", "\t", "\r"))
        found = found.removeprefix("'")
    else:
        found = json.loads(text.split("\t")[0])["file_name"].removesuffix("#000000")
    assert unescape_name(found) == source


@given(st.text() | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_escaped_names_are_utf8_and_come_back(name: str) -> None:
    escaped = escape_name(name)
    escaped.encode("utf-8", "strict")
    assert unescape_name(escaped) == name
    assert len(json_line(escaped).splitlines()) == 1


@pytest.mark.parametrize("text", ["\\", "a\\b", "\\xzz", "\\x41", "\\u0041"])
def test_names_that_nobody_escaped_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="backslash"):
        unescape_name(text)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_json_follows_its_schema(document: Any) -> None:
    VALIDATOR.validate(json.loads(text_of("json", *document)))


def test_the_schema_is_a_schema_and_strict() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    good = json.loads(text_of("json", video_header(), video_results()))
    for spoil in (
        lambda d: d.update(extra=1),
        lambda d: d["model"].update(extra=1),
        lambda d: d["frames"][0].update(extra=1),
        lambda d: d["frames"][0]["poses"][0].update(extra=1),
        lambda d: d["frames"][0]["poses"][0]["keypoints"].pop(),
        lambda d: d["frames"][0]["poses"][0]["keypoints"][0].pop(),
        lambda d: d["frames"][0].update(poses=[]),
        lambda d: d["frames"][0].update(reason="none"),
        lambda d: d["frames"][2].pop("reason"),
        lambda d: d["frames"][0].update(frame="0"),
        lambda d: d.update(media="image"),
        lambda d: d["options"].pop("min_score"),
        lambda d: d["keypoint_names"].reverse(),
        lambda d: d.pop("summary"),
    ):
        document = json.loads(json.dumps(good))
        spoil(document)
        assert not VALIDATOR.is_valid(document)


def test_the_header_says_what_the_contract_says() -> None:
    document = json.loads(text_of("json", video_header(), video_results()))
    assert list(document) == [
        *("schema", "source", "media", "width", "height", "rotation", "fps", "frame_count"),
        *("model", "options", "tool", "keypoint_names", "frames", "summary"),
    ]
    assert document["schema"] == "movenet-cli/1"
    assert document["source"] == "clips/a.mp4"
    assert (document["width"], document["height"], document["rotation"]) == (1920, 1080, 90)
    assert document["fps"] == pytest.approx(29.97003, abs=1e-9)
    assert document["frame_count"] == 300
    assert document["model"] == {
        "name": "thunder",
        "kind": "single",
        "input": [256, 256],
        "sha256": "5a" * 32,
    }
    assert document["options"] == {"crop": "follow", "min_score": 0.3, "fps": 15.0}
    assert document["keypoint_names"] == list(KEYPOINT_NAMES)
    assert document["summary"] == {"frames": 4, "ok": 2, "empty": 1, "failed": 1}


def test_json_frames_hold_the_numbers_rounded() -> None:
    results = video_results()
    frames = json.loads(text_of("json", video_header(), results))["frames"]
    assert [frame["frame"] for frame in frames] == [0, 1, 2, 120]
    assert [frame["status"] for frame in frames] == ["ok", "empty", "failed", "ok"]
    assert frames[1]["time"] == 0.033367
    (person,) = frames[0]["poses"]
    original = results[0].poses[0]
    for row, (x, y, score) in zip(person["keypoints"], original.keypoints.tolist(), strict=True):
        assert row == [round(x, 2), round(y, 2), round(score, 4)]
    assert person["score"] == round(original.score, 4)
    assert original.box is not None
    assert person["box"] == [round(value, 2) for value in original.box]
    assert person["id"] is None
    assert "smoothed" not in person


def test_nobody_seen_keeps_the_pose_and_a_failure_its_reason() -> None:
    frames = json.loads(text_of("json", video_header(), video_results()))["frames"]
    assert len(frames[1]["poses"]) == 1
    assert frames[1]["poses"][0]["box"] is None
    assert frames[2]["poses"] == []
    assert frames[2]["reason"] == "frame could not be decoded: \\udce9 \n line"
    assert "reason" not in frames[0]


def test_smoothed_points_stand_beside_the_raw_ones() -> None:
    results = multi_results()
    people = json.loads(text_of("json", multi_header(), results))["frames"][0]["poses"]
    assert [list(person) for person in people] == [
        ["id", "score", "box", "keypoints"],
        ["id", "score", "box", "keypoints", "smoothed"],
        ["id", "score", "box", "keypoints"],
    ]
    smoothed = results[0].poses[1].smoothed
    assert smoothed is not None
    assert np.abs(np.array(people[1]["smoothed"]) - smoothed).max() <= 0.00501
    assert [person["id"] for person in people] == [1, 2, 7]


def test_minus_zero_is_not_written() -> None:
    nearly = pose(low=0.5, box=(-0.001, -0.0, 1.0, 1.0))
    nearly.keypoints[:, :2] = -0.001
    for name in ALL:
        assert "-0.0" not in FORMATS[name].encoder(image_header()).frame(
            FrameResult(0, None, "ok", (nearly,))
        )


def test_json_has_a_line_per_frame() -> None:
    lines = text_of("json", video_header(), video_results()).splitlines()
    start = lines.index('  "frames": [')
    for line in lines[start + 1 : start + 5]:
        assert json.loads(line.rstrip(","))["poses"] is not None
    assert lines[start + 5] == "  ],"


def test_jsonl_is_the_same_document_cut_in_lines() -> None:
    for header, results in DOCUMENTS:
        document = json.loads(text_of("json", header, results))
        first, *frames, last = map(json.loads, text_of("jsonl", header, results).splitlines())
        source = document["source"]
        assert (first.pop("record"), last.pop("record"), last.pop("source")) == ("header", "summary", source)
        assert [(frame.pop("record"), frame.pop("source")) for frame in frames] == [("frame", source)] * len(
            results
        )
        assert {**first, "frames": frames, "summary": last} == document


def test_csv_has_the_contracts_columns_and_a_row_per_person() -> None:
    text = text_of("csv", video_header(), video_results())
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert text.startswith("source,frame,time,status,person,id,score,box_x0,box_y0,box_x1,box_y1,nose_x,")
    assert "\r" not in text
    rows = rows_of(text)
    assert [(row["frame"], row["status"], row["person"]) for row in rows] == [
        ("0", "ok", "0"),
        ("1", "empty", "0"),
        ("2", "failed", ""),
        ("120", "ok", "0"),
    ]
    assert rows[1]["box_x0"] == ""
    assert rows[1]["nose_x"] != ""
    assert all(not rows[2][column] for column in COLUMNS[4:])


def test_csv_numbers_are_those_of_json() -> None:
    document = json.loads(text_of("json", multi_header(), multi_results()))
    rows = rows_of(text_of("csv", multi_header(), multi_results()))
    assert [row["person"] for row in rows] == ["0", "1", "2", ""]
    for person, row in zip(document["frames"][0]["poses"], rows[:3], strict=True):
        assert [float(row[f"box_{corner}"]) for corner in ("x0", "y0", "x1", "y1")] == person["box"]
        assert (int(row["id"]), float(row["score"])) == (person["id"], person["score"])
        for name, values in zip(KEYPOINT_NAMES, person["keypoints"], strict=True):
            assert [float(row[f"{name}_{part}"]) for part in ("x", "y", "score")] == values


def test_csv_of_an_image_has_no_time() -> None:
    (row,) = rows_of(text_of("csv", image_header(), image_results()))
    assert (row["frame"], row["time"]) == ("0", "")


def test_csv_of_a_smoothed_run_has_more_columns_behind() -> None:
    header = replace(multi_header(), options={"min_score": 0.3, "smooth": True})
    rows = rows_of(text_of("csv", header, multi_results()))
    assert tuple(rows[0]) == COLUMNS + SMOOTHED_COLUMNS
    assert [row["nose_smoothed_x"] for row in rows] == ["", "-1.0", "", ""]
    assert all(None not in row and None not in row.values() for row in rows)
