"""Conversion: the same bytes that annotate writes itself."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from movenet_cli.core.types import FrameResult
from movenet_cli.errors import InputError, OutputError
from movenet_cli.output.folder.fingerprint import fingerprint
from movenet_cli.output.folder.journal import Journal, read_journal
from movenet_cli.output.folder.lock import locked
from movenet_cli.output.folder.output_file import output_of
from movenet_cli.output.folder.records import Entry
from movenet_cli.output.formats.registry import FORMATS
from movenet_cli.results.convert import convert_results
from tests.output.formats.examples import (
    AWKWARD_NAMES,
    Documents,
    image_header,
    image_results,
    multi_header,
    multi_results,
    pose,
    video_header,
    video_results,
    write_dataset,
    write_results,
)

EDGE = [FrameResult(0, None, "ok", tuple(pose(seed, low=0.29999, high=0.30001) for seed in range(40)))]
SMOOTH = {"min_score": 0.3, "smooth": True}

DOCUMENTS: Documents = [
    (image_header("a1.jpg"), image_results()),
    (image_header("a2.jpg"), EDGE),
    (image_header("a10.jpg"), image_results()),
    (video_header("clips/a.mp4", start=60.0, max_frames=4, crop="auto"), video_results()),
    (multi_header("clips/b.mp4"), multi_results()),
    (replace(multi_header("clips/c.mp4"), options=SMOOTH), multi_results()),
    *(
        (image_header(f"names/{index:02d}{name}"), image_results())
        for index, name in enumerate(AWKWARD_NAMES)
    ),
    (video_header("none.mp4"), []),
]


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name not in ("lock", "journal.jsonl")
    }


def annotated(root: Path, name: str) -> dict[str, bytes]:
    """What annotate writes for one format."""
    write_results(root, [name], DOCUMENTS)
    if name == "coco":
        write_dataset(
            [FORMATS[name].path(root, header.source) for header, _ in DOCUMENTS], root / "coco.json"
        )
    return contents(root)


@pytest.mark.parametrize("origin", ["json", "jsonl"])
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_converted_bytes_are_those_of_annotate(tmp_path: Path, origin: str, name: str) -> None:
    direct = annotated(tmp_path / "direct", name)
    annotated(tmp_path / "from", origin)
    done = list(convert_results(tmp_path / "from", name, tmp_path / "to"))
    assert [each.name for each in done] == [header.source for header, _ in DOCUMENTS]
    assert [each.reason for each in done] == [None] * len(DOCUMENTS)
    assert contents(tmp_path / "to") == direct


def test_the_same_folder_may_take_the_new_files(tmp_path: Path) -> None:
    before = annotated(tmp_path, "json")
    list(convert_results(tmp_path, "csv"))
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert len(after) == 2 * len(before)


def test_a_broken_document_is_left_out_and_named(tmp_path: Path) -> None:
    annotated(tmp_path, "json")
    broken = tmp_path / "keypoints" / "a2.jpg.json"
    broken.write_bytes(broken.read_bytes()[:-10])
    moved = tmp_path / "keypoints" / "a10.jpg.json"
    moved.rename(tmp_path / "keypoints" / "other.jpg.json")
    done = list(convert_results(tmp_path, "coco", tmp_path / "to"))
    reasons = {each.name: each.reason for each in done if each.reason}
    assert list(reasons) == ["a2.jpg", "other.jpg"]
    assert "a2.jpg.json: the end: input data was truncated" in reasons["a2.jpg"]
    assert "its source is not the one" in reasons["other.jpg"]
    names = [
        image["file_name"] for image in json.loads((tmp_path / "to" / "coco.json").read_text())["images"]
    ]
    assert names[:2] == ["a1.jpg", "clips/a.mp4#000000"]
    assert not list((tmp_path / "to").rglob(".movenet-*"))


def test_a_hostile_source_does_not_choose_where_files_go(tmp_path: Path) -> None:
    write_results(tmp_path / "in", ["json"], [(image_header("a.jpg"), image_results())])
    path = tmp_path / "in" / "keypoints" / "a.jpg.json"
    path.write_text(path.read_text().replace('"source": "a.jpg"', '"source": "../../../evil"'))
    (outcome,) = convert_results(tmp_path / "in", "csv", tmp_path / "out")
    assert outcome.reason is not None
    assert not list(tmp_path.rglob("*evil*"))
    assert not list(tmp_path.rglob("*.csv"))


def test_the_journal_learns_of_files_made_from_what_it_knows(tmp_path: Path) -> None:
    documents = [(image_header(name), image_results()) for name in ("a.jpg", "b.jpg", "c.jpg")]
    write_results(tmp_path, ["json"], documents)
    image = tmp_path / "image"
    image.write_bytes(b"image")
    journal = Journal(tmp_path)
    for name in ("a.jpg", "b.jpg"):
        outputs = {f"keypoints/{name}.json": output_of(tmp_path / "keypoints" / f"{name}.json")}
        journal.add(Entry(name, fingerprint(image), "key", outputs, {}))
    journal.close()
    stale = tmp_path / "keypoints" / "b.jpg.json"
    stale.write_text(stale.read_text().replace("640", "641") + "\n")
    list(convert_results(tmp_path, "csv"))
    known = {entry.name: sorted(entry.outputs) for entry in read_journal(tmp_path)}
    assert known == {
        "a.jpg": ["keypoints/a.jpg.csv", "keypoints/a.jpg.json"],
        "b.jpg": ["keypoints/b.jpg.json"],
    }
    (*_, entry) = (entry for entry in read_journal(tmp_path) if entry.name == "a.jpg")
    assert entry.outputs == {path: output_of(tmp_path / path) for path in known["a.jpg"]}


def test_no_results_and_a_busy_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a results folder"):
        list(convert_results(tmp_path, "csv"))
    annotated(tmp_path, "jsonl")
    with locked(tmp_path), pytest.raises(OutputError, match="another run"):
        list(convert_results(tmp_path, "csv"))


def test_what_a_killed_conversion_left_is_removed(tmp_path: Path) -> None:
    annotated(tmp_path, "json")
    leftovers = [tmp_path / ".movenet-0badcafe.tmp", tmp_path / "keypoints" / ".movenet-0badcafe.tmp"]
    for path in leftovers:
        path.write_text("half")
    list(convert_results(tmp_path, "csv"))
    assert not any(path.exists() for path in leftovers)
