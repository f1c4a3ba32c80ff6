"""A video whose frames change their size: every record and COCO image has the size of its own frame."""

import json
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from tests.media.clips import numbered, write_clip

SIZES = [(128, 96)] * 8 + [(64, 48)] * 8


@pytest.fixture
def out(a_model: Path, tmp_path: Path) -> Path:
    write_clip(tmp_path / "1.ts", 8)
    write_clip(tmp_path / "2.ts", [numbered(number, 64, 48) for number in range(8, 16)])
    path = tmp_path / "both.ts"
    path.write_bytes((tmp_path / "1.ts").read_bytes() + (tmp_path / "2.ts").read_bytes())
    arguments = [str(path), "-o", str(tmp_path / "out"), "-m", str(a_model), "-f", "json,jsonl,coco", "-q"]
    assert run(["annotate", *arguments, "--min-score", "0.0", "--min-pose-score", "0.0"]) == ExitCode.OK
    return tmp_path / "out"


def _json(path: Path) -> Any:
    return json.loads(path.read_text())


def test_every_frame_has_its_own_size(out: Path) -> None:
    document = _json(out / "keypoints/both.ts.json")
    assert (document["width"], document["height"]) == SIZES[0]
    assert [(each.get("width"), each.get("height")) for each in document["frames"]] == [
        *[(None, None)] * 8,
        *[(64, 48)] * 8,
    ]
    coco = _json(out / "coco.json")
    assert [(image["width"], image["height"]) for image in coco["images"]] == SIZES
    assert len(coco["annotations"]) == 16
    for person in coco["annotations"]:
        x, y, width, height = person["bbox"]
        assert x >= 0
        assert y >= 0
        assert (x + width, y + height) <= SIZES[person["image_id"] - 1]
    (note,) = _json(out / "run.json")["notes"]
    assert note["note"] == "the frame size changes: 128x96 from frame 0, 64x48 from frame 8"


def test_sizes_survive_a_conversion(out: Path, tmp_path: Path) -> None:
    assert run(["validate", str(out)]) == ExitCode.OK
    for name, path in (("jsonl", "keypoints/both.ts.jsonl"), ("coco", "coco.json")):
        target = tmp_path / name
        assert run(["convert", str(out), "--to", name, "-o", str(target)]) == ExitCode.OK
        assert (target / path).read_bytes() == (out / path).read_bytes()
