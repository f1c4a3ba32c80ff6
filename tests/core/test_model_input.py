"""The model's input equals `tf.image.resize_with_pad`, and so the tutorial's keypoints come out."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from movenet_cli.cli.main import run
from movenet_cli.core.geometry import letterbox, square_crop
from movenet_cli.core.model_input import model_input
from movenet_cli.core.types import Size
from movenet_cli.media.pixels.rgb_image import RgbImage
from movenet_cli.results.reading import open_document
from tests.support.media import gradient

SHAPES = [(640, 480), (480, 640), (1920, 1080), (100, 37), (33, 200), (192, 192), (190, 64), (500, 333)]


@pytest.mark.tensorflow
@pytest.mark.parametrize(("width", "height"), SHAPES)
def test_equals_resize_with_pad(width: int, height: int) -> None:
    import tensorflow as tf  # noqa: PLC0415

    noise = np.random.default_rng(width).integers(-20, 21, (height, width, 3))
    pixels = np.clip(gradient(width, height, seed=height) + noise, 0, 255).astype(np.uint8)
    expected = tf.cast(tf.image.resize_with_pad(pixels[None], 192, 192), tf.int32).numpy()[0]
    found = model_input(RgbImage(pixels), letterbox(width, height, Size(192, 192)))
    assert np.array_equal(found, expected)


def test_a_crop_shows_the_same_place() -> None:
    pixels = np.zeros((300, 400, 3), np.uint8)
    cv2.circle(pixels, (310, 120), 6, (255, 255, 255), -1)
    view = square_crop(400, 300, (330.0, 100.0), 160.0, Size(192, 192))
    assert view is not None
    seen = model_input(RgbImage(pixels), view)
    rows, columns = np.nonzero(seen[:, :, 0] > 127)
    centre = np.array([[columns.mean() + 0.5, rows.mean() + 0.5]], np.float32)
    np.testing.assert_allclose(view.to_source(centre), [[310.5, 120.5]], atol=0.5)
    assert not seen[:, 176:].any(), "right of the image is black"


@pytest.mark.tensorflow
@pytest.mark.parametrize("runtime", ["auto", "tensorflow"])
def test_the_tutorials_keypoints(
    lightning_saved_model: Path, shared_dir: Path, tmp_path: Path, runtime: str
) -> None:
    import tensorflow as tf  # noqa: PLC0415
    import tensorflow_hub as hub  # noqa: PLC0415

    images = sorted((shared_dir / "data/coco_train80/images").iterdir())[:12]
    options = ["-m", str(lightning_saved_model), "--runtime", runtime, "--crop", "none", "-o", str(tmp_path)]
    assert run(["annotate", *map(str, images), *options, "--progress", "none", "-q"]) == 0
    movenet = hub.load(str(lightning_saved_model)).signatures["serving_default"]
    for path in images:
        pixels = cv2.imread(str(path))[:, :, ::-1]
        height, width = pixels.shape[:2]
        image = tf.cast(tf.image.resize_with_pad(pixels[None], 192, 192), tf.int32)
        (expected,) = movenet(image)["output_0"].numpy()[0]
        with open_document(tmp_path / "keypoints" / f"{path.name}.json") as document:
            (frame,) = document.frames()
        (pose,) = frame.poses
        confident = expected[:, 2] > 0.3
        seen = letterbox(width, height, Size(192, 192)).to_input(pose.keypoints[:, :2])
        distance = np.linalg.norm(seen - expected[:, 1::-1] * 192, axis=1)
        assert distance[confident].max(initial=0) < 0.1, path.name
        assert np.abs(pose.keypoints[:, 2] - expected[:, 2]).max() < 0.03
