"""Reading results again: what we wrote comes back, what is broken is refused with a clear line."""

import copy
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from movenet_cli.core.types import FrameResult, Thresholds
from movenet_cli.errors import InputError
from movenet_cli.io import lines
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.results import reading
from movenet_cli.results.finding import find_documents
from movenet_cli.results.reading import open_document
from tests.output.formats.examples import (
    AWKWARD_NAMES,
    DOCUMENTS,
    encoded,
    image_header,
    image_results,
    summary_of,
    video_header,
    video_results,
    write_results,
)
from tests.results.mutations import PLACES, VALUES, mutate

SCHEMA = json.loads((files("movenet_cli") / "schema" / "movenet-cli-1.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
FILE_NAMES = {"json": "a.json", "jsonl": "a.jsonl"}


def text_of(name: str, header: Any, results: Any) -> str:
    return encoded(FORMATS[name].encoder(header), results)


def read(path: Path) -> list[FrameResult]:
    with open_document(path) as document:
        return list(document.frames())


def written(folder: Path, text: str | bytes, name: str = "a.json") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def video_document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text_of("json", video_header(), video_results()))
    return document


@pytest.mark.parametrize("name", ["json", "jsonl"])
@pytest.mark.parametrize("example", DOCUMENTS)
def test_what_was_written_comes_back(tmp_path: Path, name: str, example: Any) -> None:
    header, results = example
    path = written(tmp_path, text_of(name, header, results), FILE_NAMES[name])
    with open_document(path) as document:
        found = list(document.frames())
        assert document.header.source == header.source
        assert document.header.info.media == header.info.media
        assert document.header.input_size == header.input_size
        assert document.header.thresholds == header.thresholds
        counted = summary_of(results)
        assert (document.summary.frames, document.summary.failed) == (counted.frames, counted.failed)
    for one, other in zip(found, results, strict=True):
        assert (one.index, one.status) == (other.index, other.status)
        assert (one.reason is None) == (other.reason is None)
        assert one.restarted is other.restarted
        for a, b in zip(one.poses, other.poses, strict=True):
            assert a.keypoints.dtype == np.float32
            assert np.abs(a.keypoints - b.keypoints).max() < 0.0052
            assert a.id == b.id
            assert (a.smoothed is None) == (b.smoothed is None)


def test_what_makes_a_person_is_read_and_was_one_keypoint_once(tmp_path: Path) -> None:
    now = video_header(min_keypoints=5, min_pose_score=0.2)
    with open_document(written(tmp_path, text_of("json", now, []))) as document:
        assert document.header.thresholds == Thresholds(0.3, 5, 0.2)
    with open_document(written(tmp_path, text_of("json", video_header(), []))) as document:
        assert document.header.thresholds == Thresholds(0.3, 1, 0.0)
    with pytest.raises(InputError, match="min_keypoints"):
        read(written(tmp_path, text_of("json", video_header(min_keypoints=0), [])))


@pytest.mark.parametrize(("frame", "value"), [(1, True), (2, True), (0, False), (0, "yes")])
def test_only_somebody_restarts(tmp_path: Path, frame: int, value: object) -> None:
    document = video_document()
    document["frames"][frame]["restarted"] = value
    with pytest.raises(InputError, match="restarted"):
        read(written(tmp_path, json.dumps(document)))


@pytest.mark.parametrize("name", ["json", "jsonl"])
@pytest.mark.parametrize("source", AWKWARD_NAMES)
def test_any_name_comes_back(tmp_path: Path, name: str, source: str) -> None:
    path = written(tmp_path, text_of(name, video_header(source), []), FILE_NAMES[name])
    with open_document(path) as document:
        assert document.header.source == source


@pytest.mark.parametrize(
    "layout", [{"indent": 2}, {"indent": None}, {"separators": (",", ":")}, {"sort_keys": True, "indent": 4}]
)
def test_other_layouts_of_the_same_json_are_read_as_well(tmp_path: Path, layout: dict[str, Any]) -> None:
    path = written(tmp_path, json.dumps(video_document(), **layout))
    assert [result.index for result in read(path)] == [0, 1, 2, 120]


def test_our_own_layout_is_read_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, text_of("json", video_header(), video_results()))
    monkeypatch.setattr(reading, "MAX_WHOLE", 1)
    assert len(read(path)) == 4
    written(tmp_path, json.dumps(video_document(), indent=2))
    with pytest.raises(InputError, match="too large to be read whole"):
        read(path)


def test_an_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 1000)
    for name, text in (("a.json", '{"schema": ['), ("a.jsonl", '{"record": ')):
        with pytest.raises(InputError, match="more than 1000 bytes"):
            read(written(tmp_path, text + " " * 5000, name))


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, name: str) -> None:
    data = text_of(name, video_header(), video_results()).encode()
    for length in range(0, len(data.rstrip()), 97):
        with pytest.raises(InputError, match=FILE_NAMES[name]):
            read(written(tmp_path, data[:length], FILE_NAMES[name]))


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_a_missing_or_doubled_line_is_refused(tmp_path: Path, name: str) -> None:
    whole = text_of(name, video_header(), video_results()).splitlines(keepends=True)
    for number, line in enumerate(whole):
        for changed in (whole[:number] + whole[number + 1 :], [*whole[:number], line, *whole[number:]]):
            with pytest.raises(InputError, match=FILE_NAMES[name]):
                read(written(tmp_path, "".join(changed), FILE_NAMES[name]))


def spoiled(path: str, value: Any) -> Any:
    document = video_document()
    *parents, last = path.split("/")
    place: Any = document
    for key in parents:
        place = place[int(key) if isinstance(place, list) else key]
    if value is ...:
        del place[int(last) if isinstance(place, list) else last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return document


BROKEN = [
    ("schema", "movenet-cli/2", "schema: invalid value 'movenet-cli/2'"),
    ("schema", ..., "schema"),
    ("source", "", "source is '', which is not a name inside of an input folder"),
    ("source", "a\\b", "lone backslash"),
    ("source", 3, "source: expected str, got int"),
    ("source", "/etc/x.jpg", "source is '/etc/x.jpg', which is not a name inside of"),
    ("source", "..", "not a name inside of an input folder"),
    ("source", "../x.jpg", "not a name inside of an input folder"),
    ("source", "a/../../x.jpg", "not a name inside of an input folder"),
    ("source", "a/..", "not a name inside of an input folder"),
    ("source", "a\0.jpg", "not a name inside of an input folder"),
    ("media", "film", "media: invalid value 'film'"),
    ("media", "image", "an image has one frame"),
    ("width", 0, "width: expected int >= 1"),
    ("width", True, "width: expected int, got bool"),
    ("width", 10**30, "width: expected int <= 9007199254740991"),
    ("height", "480", "height: expected int, got str"),
    ("rotation", 45, "rotation: invalid value 45"),
    ("rotation", [0], "rotation: expected int, got array"),
    ("fps", 0, r"fps: expected float > 0\.0"),
    ("fps", "29.97", r"fps: expected float \| null, got str"),
    ("frame_count", -1, "frame_count: expected int >= 0"),
    ("model", [], "model: expected object, got array"),
    ("model/input", [256], r"model\.input: expected array of length 2"),
    ("model/sha256", "xyz", r"model\.sha256: expected str matching regex '\\\\A\[0-9a-f\]\{64\}\\\\Z'"),
    ("model/kind", "double", r"model\.kind: invalid value 'double'"),
    ("model/extra", 1, "model: object contains unknown field extra"),
    ("options/min_score", ..., "the header: options: object missing required field min_score"),
    ("options/min_score", 7, r"the header: options: min_score: expected float <= 1\.0"),
    ("options/list", [1], r"options\[\.\.\.\]: expected bool \| int \| float \| str \| null, got array"),
    ("tool/name", "other", r"tool\.name: invalid value 'other'"),
    ("keypoint_names/0", "nase", "COCO's 17"),
    ("extra", 1, "object contains unknown field extra"),
    ("frames", {}, "frames"),
    ("frames/0", [], "expected object, got array"),
    ("frames/0/frame", "0", "frame: expected int, got str"),
    ("frames/0/frame", -1, "frame: expected int >= 0"),
    ("frames/1/frame", 0, "frame 0 comes after frame 0"),
    ("frames/3/frame", 1, "frame 1 comes after frame 2"),
    ("frames/0/time", "0:00", r"time: expected float \| null, got str"),
    ("frames/0/status", "good", "status: invalid value 'good'"),
    (
        "frames/0/status",
        "empty",
        r"summary says 4 frames \(2 ok, 1 empty, 1 failed\), there are 4 frames \(1 ok, 2 empty, 1 failed\)",
    ),
    ("frames/0/reason", "none", "a frame has a reason when it failed, and only then"),
    ("frames/2/reason", ..., "a frame has a reason when it failed, and only then"),
    ("frames/2/status", "ok", "a frame has a reason when it failed, and only then"),
    ("frames/0/poses", [], "a frame that is ok has 0 poses"),
    ("frames/0/poses", None, "poses: expected array, got null"),
    ("frames/0/poses/0", 5, r"poses\[0\]: expected object, got int"),
    ("frames/0/poses/0/id", -1, r"poses\[0\]\.id: expected int >= 0"),
    ("frames/0/poses/0/id", 1.5, r"poses\[0\]\.id: expected int \| null, got float"),
    ("frames/0/poses/0/score", None, r"poses\[0\]\.score: expected float, got null"),
    ("frames/0/poses/0/box", [1, 2, 3], r"poses\[0\]\.box: expected array of length 4"),
    ("frames/0/poses/0/box", [1, 2, 3, None], r"poses\[0\]\.box\[3\]: expected float, got null"),
    ("frames/0/poses/0/box", ..., r"poses\[0\]: object missing required field box"),
    (
        "frames/0/poses/0/keypoints",
        [[0, 0, 0]] * 16,
        r"poses\[0\]\.keypoints: expected array of length >= 17",
    ),
    ("frames/0/poses/0/keypoints/3", [0, 0], r"poses\[0\]\.keypoints\[3\]: expected array of length 3"),
    ("frames/0/poses/0/keypoints/3", "abc", r"poses\[0\]\.keypoints\[3\]: expected array, got str"),
    ("frames/0/poses/0/keypoints/3/1", True, r"poses\[0\]\.keypoints\[3\]\[1\]: expected float, got bool"),
    (
        "frames/0/poses/0/keypoints/3/1",
        1e60,
        r"poses\[0\]\.keypoints\[3\]\[1\]: expected float <= 1000000000\.0",
    ),
    ("frames/0/poses/0/keypoints/3/1", 10**400, "out of range"),
    ("frames/0/poses/0/smoothed", [[0, 0, 0]] * 17, r"poses\[0\]\.smoothed\[0\]: expected array of length 2"),
    ("frames/0/poses/0/extra", 0, r"poses\[0\]: object contains unknown field extra"),
    (
        "frames/3",
        ...,
        r"summary says 4 frames \(2 ok, 1 empty, 1 failed\), there are 3 frames \(1 ok, 1 empty, 1 failed\)",
    ),
    ("summary", ..., "summary"),
    (
        "summary/ok",
        3,
        r"summary says 4 frames \(3 ok, 1 empty, 1 failed\), there are 4 frames \(2 ok, 1 empty, 1 failed\)",
    ),
    ("summary/ok", 2.5, r"summary\.ok: expected int, got float"),
]


@pytest.mark.parametrize(("place", "value", "message"), BROKEN)
def test_each_fault_is_named_with_its_place(tmp_path: Path, place: str, value: Any, message: str) -> None:
    path = written(tmp_path, json.dumps(spoiled(place, value)))
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 160


def numbered(media_options: dict[str, Any], numbers: list[int]) -> str:
    """A video's document with these options and frame numbers, and a summary that agrees."""
    results = [FrameResult(number, number / 30, "empty") for number in numbers]
    return text_of("json", video_header(**{"fps": None, **media_options}), results)


GAPLESS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [0, 1, 2, 3]),
    ({"stride": 3}, [0, 3, 6]),
    ({"start_frame": 5}, [5, 6, 7]),
    ({"start_frame": 5, "stride": 3}, [6, 9, 12]),
    ({"start": 1.5}, [45, 46, 47]),
    ({"start": 0.1, "stride": 4}, [4, 8, 12]),
    ({"end": 1.0, "max_frames": 2}, [0, 1]),
]


@pytest.mark.parametrize(("options", "numbers"), GAPLESS)
def test_a_record_taken_from_the_middle_is_missed(
    tmp_path: Path, options: dict[str, Any], numbers: list[int]
) -> None:
    assert [result.index for result in read(written(tmp_path, numbered(options, numbers)))] == numbers
    for place in range("start" in options, len(numbers) - 1):
        rest = numbers[:place] + numbers[place + 1 :]
        with pytest.raises(InputError, match=f"frame {numbers[place]} is missing: .* {rest[place]}$"):
            read(written(tmp_path, numbered(options, rest)))


@pytest.mark.parametrize(
    ("options", "numbers", "message"),
    [
        ({"fps": 5.0}, [6, 12], "frame 0 is missing"),
        ({"fps": 5.0, "stride": 2}, [0, 3], "frame 3 is not a multiple of the stride 2"),
        ({"fps": 5.0, "stride": 2, "start": 1.0}, [31], "frame 31 is not a multiple of the stride 2"),
        ({"stride": 0}, [0], "the header: options: stride: expected int >= 1"),
        ({"stride": 1.5}, [0], r"options: stride: expected int \| null, got float"),
        ({"start_frame": True}, [0], r"options: start_frame: expected int \| null, got bool"),
        ({"start_frame": -3}, [0], "options: start_frame: expected int >= 0"),
    ],
)
def test_numbers_that_the_options_rule_out_are_refused(
    tmp_path: Path, options: dict[str, Any], numbers: list[int], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(written(tmp_path, numbered(options, numbers)))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_numbers_that_are_not_finite_are_refused(tmp_path: Path, number: str, name: str) -> None:
    text = text_of(name, image_header(), image_results())
    spoilt = re.sub(r'"score": [0-9.]+', f'"score": {number}', text)
    assert spoilt != text
    with pytest.raises(InputError, match=r"JSON is malformed|out of range"):
        read(written(tmp_path, spoilt, FILE_NAMES[name]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"null",
        b"[]",
        b"{}",
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\0}\0",
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        b"[" * 200_000,
        b'{"frames": [], "summary": {}}',
        b'{"schema": "movenet-cli/1", "frames": [' + b"{}," * 1000 + b'{}], "summary": {}}',
        b'{\n  "frames": [\n  ],\n  "summary": {}\n}\n',
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"source": "\\ud800"}',
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_foreign_content_is_refused(tmp_path: Path, data: bytes, name: str) -> None:
    with pytest.raises(InputError, match=name):
        read(written(tmp_path, data, name))


def test_a_comma_too_few_or_too_many_is_refused(tmp_path: Path) -> None:
    text = text_of("json", video_header(), video_results())
    for wrong in (text.replace("]},\n    {", "]}\n    {", 1), text.replace("]}\n  ],", "]},\n  ],", 1)):
        assert wrong != text
        with pytest.raises(InputError, match="comma"):
            read(written(tmp_path, wrong))


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read(tmp_path / "a.json")


@pytest.mark.parametrize("source", ["/x", "..", "../x", "a/../x", "a\n/../x", "a/.."])
def test_the_schema_refuses_names_that_lead_elsewhere_as_well(source: str) -> None:
    assert not VALIDATOR.is_valid(spoiled("source", source))


@pytest.mark.parametrize("source", ["..a/b..", "a..b", "...", "a/...", ".hidden", "a/\n..x"])
def test_dots_in_names_are_no_fault(tmp_path: Path, source: str) -> None:
    document = spoiled("source", source)
    assert VALIDATOR.is_valid(document)
    assert len(read(written(tmp_path, json.dumps(document)))) == 4


@given(place=PLACES, value=VALUES, delete=st.booleans())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_changed_the_reader_refuses_it_cleanly_or_the_schema_agrees(
    tmp_path: Path, place: list[int], value: Any, delete: bool
) -> None:
    document = copy.deepcopy(video_document())
    mutate(document, place, value, delete)
    path = written(tmp_path, json.dumps(document))
    try:
        read(path)
    except InputError as error:
        assert str(error).startswith(f"{path}: ")  # noqa: PT017 - most changes raise, some need not
    else:
        VALIDATOR.validate(document)


@given(st.binary(max_size=300), st.integers(0, 3000), st.sampled_from(["json", "jsonl"]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_bytes_put_anywhere_are_refused_cleanly_or_harmless(
    tmp_path: Path, noise: bytes, place: int, name: str
) -> None:
    data = text_of(name, video_header(), video_results()).encode()
    path = written(tmp_path, data[:place] + noise + data[place + len(noise) :], FILE_NAMES[name])
    try:
        assert len(read(path)) == 4
    except InputError as error:
        assert str(error).startswith(f"{path}: ")  # noqa: PT017 - most changes raise, some need not


def test_documents_are_found_once_in_natural_order(tmp_path: Path) -> None:
    names = [
        "b/frame10.jpg",
        "b/frame9.jpg",
        "b.jpg",
        "a.png",
        "a.jpg",
        "A2.jpg",
        "b/x/y.jpg",
        "bytes-\udcff.jpg",
    ]
    write_results(tmp_path, ["json", "csv"], [(image_header(name), image_results()) for name in names])
    write_results(tmp_path, ["jsonl"], [(image_header(name), image_results()) for name in ["a.jpg", "z"]])
    (tmp_path / "keypoints" / ".movenet-1234.tmp").write_text("half")
    (tmp_path / "keypoints" / "folder.json").mkdir()
    found = find_documents(tmp_path)
    assert [each.name for each in found] == [
        *("A2.jpg", "a.jpg", "a.png", "b/frame9.jpg", "b/frame10.jpg", "b/x/y.jpg", "b.jpg"),
        *("bytes-\udcff.jpg", "z"),
    ]
    assert [each.format_name for each in found] == ["json"] * 8 + ["jsonl"]


def test_a_folder_without_results_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a results folder of annotate"):
        find_documents(tmp_path)
    write_results(tmp_path, ["csv"], [(image_header(), image_results())])
    with pytest.raises(InputError, match="--format json"):
        find_documents(tmp_path)
