"""The models that the package carries: official signatures, everybody found, nobody invented."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

import movenet_cli as movenet
from movenet_cli.core.oks import oks
from movenet_cli.models.hub.catalogue import CATALOGUE
from movenet_cli.models.hub.resolve import find_local, is_local
from movenet_cli.models.litert import load_litert

SAMPLES = Path(__file__).resolve().parents[2] / "sample_images"

pytestmark = pytest.mark.skipif(
    not (is_local(CATALOGUE["mini"]) and is_local(CATALOGUE["mini-multi"])),
    reason="this checkout has no weights",
)


def raw_output(name: str, pixels: np.ndarray) -> np.ndarray:
    """What the file itself says of (1, H, W, 3) uint8 pixels."""
    found = find_local(CATALOGUE[name])
    assert found is not None
    return load_litert(found.path, name).runner().run(pixels)


def annotated(name: str) -> tuple[np.ndarray, np.ndarray]:
    """(N, 17, 3) keypoints and (N,) box areas of a sample image's people."""
    truth = json.loads((SAMPLES / "ground-truth.json").read_text(encoding="utf-8"))
    (image,) = [image["id"] for image in truth["images"] if image["file_name"] == name]
    people = [note for note in truth["annotations"] if note["image_id"] == image]
    keypoints = np.array([note["keypoints"] for note in people], float).reshape(-1, 17, 3)
    return keypoints, np.array([note["area"] for note in people], float)


def image(name: str) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(SAMPLES / name)), cv2.COLOR_BGR2RGB)


@pytest.mark.parametrize(("name", "shape"), [("mini", (1, 17, 3)), ("mini-multi", (6, 56))])
def test_a_shipped_model_has_movenets_signature(name: str, shape: tuple[int, ...]) -> None:
    size = CATALOGUE[name].input_size
    assert size is not None
    noise = np.random.default_rng(0).integers(0, 256, (1, size.height, size.width, 3), np.uint8)
    output = raw_output(name, noise)
    assert output.shape == (1, *shape)
    assert output.dtype == np.float32
    assert np.isfinite(output).all()
    scores = output[0, ..., 2] if name == "mini" else output[0, :, 2:51:3]
    assert ((scores >= 0) & (scores <= 1)).all()


def test_people_come_the_surest_first_with_boxes_inside_the_image_and_nothing_after_the_last() -> None:
    pixels = cv2.resize(image("street.jpg"), (320, 320))
    rows = raw_output("mini-multi", pixels[None])[0]
    scores, boxes = rows[:, 55], rows[:, 51:55]
    assert (np.diff(scores) <= 0).all()
    assert ((boxes >= 0) & (boxes <= 1)).all()
    assert (scores > 0).sum() >= 3
    assert (boxes[scores > 0, :2] < boxes[scores > 0, 2:]).all()
    assert not rows[scores == 0].any()


def test_everybody_in_the_street_is_found_once() -> None:
    keypoints, area = annotated("street.jpg")
    with movenet.Annotator("mini-multi") as annotator:
        people = annotator.image(image("street.jpg"))
    assert len(people) == len(keypoints) == 3
    similar = np.array(
        [oks(np.repeat(person.keypoints[None], len(keypoints), axis=0), keypoints, area) for person in people]
    )
    assert sorted(similar.argmax(axis=1)) == [0, 1, 2]
    assert similar.max(axis=1).min() > 0.5


@pytest.mark.parametrize("level", [0, 128, 255])
def test_nobody_is_found_where_nobody_is(level: int) -> None:
    with movenet.Annotator("mini-multi") as annotator:
        assert not annotator.image(np.full((240, 320, 3), level, np.uint8))
