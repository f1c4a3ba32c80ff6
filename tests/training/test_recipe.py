"""The whole recipe once, from nothing to a model file, with next to nothing to learn from: minutes.

Only where it is asked for: `make -C training smoke`.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

PROJECT = Path(__file__).resolve().parents[2]
FEW = 6
BUDGET = ("MINUTES=0.3", "PEOPLE=40", "HELD_OUT=20", "ANNOTATED=60", "TAUGHT=30", "PROCESSES=1")

pytestmark = pytest.mark.skipif(
    "MOVENET_SMOKE" not in os.environ, reason="make -C training smoke asks for it"
)


@pytest.fixture
def shared() -> Path:
    """The folder of bodies, pictures and official models."""
    folder = Path(os.environ.get("SHARED", PROJECT.parent / "shared"))
    folder = (PROJECT / folder).resolve()
    if not (folder / "bodies").is_dir():
        pytest.skip(f"{folder} has no bodies to render")
    return folder


def few_people(coco: Path, out: Path) -> None:
    """A folder of the first annotated pictures of another one."""
    (out / "images").mkdir(parents=True)
    annotations = json.loads((coco / "person_keypoints.json").read_text())
    told = [one for one in annotations["annotations"] if one["num_keypoints"] >= 10 and not one["iscrowd"]]
    chosen = {one["image_id"] for one in told[:FEW]}
    images = [image for image in annotations["images"] if image["id"] in chosen]
    people = [one for one in annotations["annotations"] if one["image_id"] in chosen]
    for image in images:
        shutil.copy(coco / "images" / image["file_name"], out / "images")
    (out / "person_keypoints.json").write_text(json.dumps({"images": images, "annotations": people}))


@pytest.fixture
def little(shared: Path, tmp_path: Path) -> Path:
    """The same folder with a few pictures of each kind."""
    folder = tmp_path / "shared"
    for name in ("coco_people", "coco_train80"):
        few_people(shared / "data" / name, folder / "data" / name)
    (folder / "media").mkdir()
    shutil.copy(shared / "media/pose.jpg", folder / "media")
    (folder / "data/coco_unlabelled80").mkdir()
    shutil.copy(min((shared / "data/coco_unlabelled80").glob("*.jpg")), folder / "data/coco_unlabelled80")
    for name in ("bodies", "models"):
        (folder / name).symlink_to(shared / name)
    return folder


def make(target: str, *settings: str) -> str:
    """Runs a target of the recipe; what it printed."""
    command = ["make", "-C", str(PROJECT / "training"), target, *settings]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_recipe_goes_from_nothing_to_a_model(little: Path, tmp_path: Path) -> None:
    folder, start = tmp_path / "training", tmp_path / "start.pt"
    model, people = tmp_path / "mini.tflite", tmp_path / "mini-multi.tflite"
    settings = [
        f"SHARED={little}",
        f"FOLDER={folder}",
        f"EXPORT=--weights {model} --people-weights {people} --start {start}"
        f" --curve {tmp_path / 'curve.png'}",
        f"EVALUATE=--weights {model}",
        *BUDGET,
    ]
    printed = make("all", *settings)
    assert "| real, box × 1.0: AP |" in printed
    assert (tmp_path / "curve.png").stat().st_size > 0
    answers_as_movenet_does(model, (1, 1, 17, 3))
    answers_as_movenet_does(people, (1, 6, 56))

    curve = folder / "runs/mini/curve.jsonl"
    assert len(curve.read_text().splitlines()) == 1
    make("train", *settings, "MINUTES=1")
    first, second = (json.loads(line) for line in curve.read_text().splitlines())
    assert second["samples"] > first["samples"]

    shutil.rmtree(folder / "runs")
    make("train", *settings, "MINUTES=0.05", f"TRAIN=--start {start} --rate 1e-4")
    assert (folder / "runs/mini/checkpoint.pt").stat().st_size > start.stat().st_size


def answers_as_movenet_does(model: Path, shape: tuple[int, ...]) -> None:
    """The file is small and has MoveNet's signature for one person or for several."""
    litert = pytest.importorskip("ai_edge_litert.interpreter", reason="LiteRT is not installed")
    assert model.stat().st_size < 4_000_000
    lite = litert.Interpreter(model_path=str(model))
    lite.allocate_tensors()
    (given,), (made,) = lite.get_input_details(), lite.get_output_details()
    assert given["dtype"] == np.int32
    lite.set_tensor(given["index"], np.full(given["shape"], 128, np.int32))
    lite.invoke()
    told = lite.get_tensor(made["index"])
    assert told.shape == shape
    assert np.isfinite(told).all()
    scores = told[..., 2] if shape[-1] == 3 else told[..., 2:51:3]
    assert ((scores >= 0) & (scores <= 1)).all()
