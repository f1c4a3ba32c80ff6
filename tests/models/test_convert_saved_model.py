"""Conversion to LiteRT: the same numbers as TensorFlow's, in a process that never imports TensorFlow."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from movenet_cli.errors import ExitCode
from movenet_cli.models import load as loading
from movenet_cli.models.convert_saved_model import NOT_CONVERTIBLE, NotConvertibleError, convert, main
from movenet_cli.models.converted import read_converted
from movenet_cli.models.interface import Runner
from movenet_cli.models.load import load_model
from movenet_cli.models.model_file import model_at
from movenet_cli.models.optimise.tflite_graph import Graph
from movenet_cli.models.saved_model import load_graph
from movenet_cli.models.tensorflow import SignatureRunner
from tests.models.saved_models import SCOPES, UNUSUAL, save_inconvertible, save_multi, save_single

pytestmark = pytest.mark.tensorflow

Images = Callable[[tuple[int, int]], np.ndarray]


def noise(size: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (6, *size, 3), np.uint8)


def converted(folder: Path, target: Path) -> Runner:
    convert(folder, target)
    return read_converted(target).model("converted", "").runner()


def keypoints(output: np.ndarray) -> np.ndarray:
    """(…, 3) y, x, score of either kind of output."""
    return (output[..., :51] if output.shape[-1] == 56 else output).reshape(-1, 3)


def check_parity(folder: Path, target: Path, sizes: list[tuple[int, int]], images: Images = noise) -> None:
    """Keypoints and boxes within 0.1 pixels, scores within 0.001."""
    ours, theirs = converted(folder, target), SignatureRunner(load_graph(folder), None)
    for size in sizes:
        batch = images(size)
        found, expected = ours.run(batch), theirs.run(batch)
        difference = np.abs(keypoints(found) - keypoints(expected))
        assert (difference[:, :2] * size).max() < 0.1
        assert difference[:, 2].max() < 1e-3
        if found.shape[-1] == 56:
            boxes = np.abs(found - expected)[..., 51:55].reshape(-1, 2, 2)
            assert (boxes * size).max() < 0.1
            np.testing.assert_allclose(found[..., 55], expected[..., 55], atol=1e-3)


def test_single_pose(single_model: Path, tmp_path: Path) -> None:
    check_parity(single_model, tmp_path / "model.tflite", [(64, 64)])


@pytest.mark.parametrize(("depthwise", "has_sparse_heads"), [(3, True), (5, False)])
def test_heads_that_depend_on_few_cells_are_computed_where_they_are_read(
    tmp_path: Path, depthwise: int, has_sparse_heads: bool
) -> None:
    folder, target = save_single(tmp_path / "model", depthwise=depthwise), tmp_path / "model.tflite"
    check_parity(folder, target, [(64, 64)])
    graph = Graph(target.read_bytes())
    maps = [graph.shape(tensor) for operator in graph.operators for tensor in operator.outputs]
    assert ((1, 16, 16, 34) in maps) == (not has_sparse_heads)
    assert (1, 16, 16, 17) in maps


def test_multi_pose_at_any_size(multi_model: Path, tmp_path: Path) -> None:
    check_parity(multi_model, tmp_path / "model.tflite", [(64, 64), (96, 64), (32, 128)])


def test_the_official_graphs_on_real_images(
    lightning_saved_model: Path, multipose_saved_model: Path, shared_dir: Path, tmp_path: Path
) -> None:
    files = sorted((shared_dir / "data" / "coco_train80" / "images").glob("*.jpg"))[:3]

    def images(size: tuple[int, int]) -> np.ndarray:
        return np.stack([cv2.resize(cv2.imread(str(file)), size[::-1])[:, :, ::-1] for file in files])

    check_parity(lightning_saved_model, tmp_path / "single.tflite", [(192, 192)], images)
    check_parity(multipose_saved_model, tmp_path / "multi.tflite", [(160, 256)], images)


def test_a_multi_pose_graph_without_the_head_nodes_is_refused_or_whole(tmp_path: Path) -> None:
    folder = save_multi(tmp_path / "model", scopes={**SCOPES, "center": "middle_0/conv2d_4"})
    try:
        convert(folder, tmp_path / "model.tflite")
    except NotConvertibleError:
        assert list(tmp_path.glob("*.tflite")) == []
    else:
        check_parity(folder, tmp_path / "model.tflite", [(64, 64)])


def test_constants_travel_with_the_model(multi_model: Path, tmp_path: Path) -> None:
    convert(multi_model, tmp_path / "model.tflite")
    metadata = json.loads((tmp_path / "model.json").read_text())
    assert metadata["kind"] == "multi"
    assert metadata["constants"]["spread"] == pytest.approx(UNUSUAL.spread)
    assert metadata["constants"]["visible"] == pytest.approx(UNUSUAL.visible)


def test_what_cannot_be_converted_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = save_inconvertible(tmp_path / "model")
    assert main([str(folder), str(tmp_path / "model.tflite")]) == NOT_CONVERTIBLE
    assert capsys.readouterr().err.startswith("'tf.FloorDiv' op is neither")
    assert list(tmp_path.glob("*.tflite")) == []


def test_a_damaged_model_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"nonsense")
    assert main([str(folder), str(tmp_path / "model.tflite")]) == ExitCode.MODEL
    assert capsys.readouterr().err.startswith(f"{folder} is not a whole SavedModel: get it again")


def refuse(*_: object) -> None:
    raise NotConvertibleError("it cannot be converted")


def test_auto_takes_tensorflow_when_litert_cannot(
    single_model: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loading, "load_converted", refuse)
    model = load_model(model_at(single_model), runtime="auto", device="auto", batch_size=4)
    assert (model.info.runtime, model.info.max_batch) == ("tensorflow", 4)
    assert "it cannot be converted; TensorFlow runs it" in caplog.text


def test_who_asks_for_litert_gets_it_or_an_error(single_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load_converted", refuse)
    with pytest.raises(NotConvertibleError):
        load_model(model_at(single_model), runtime="litert", device="auto", batch_size=4)


LOAD = """
import logging, pathlib, sys
import numpy as np
from movenet_cli.errors import ModelError
from movenet_cli.models.load import load_model
from movenet_cli.models.model_file import model_at
try:
    model = load_model(model_at(pathlib.Path(sys.argv[1])), runtime="auto", device="auto", batch_size=1)
    print(model.info.runtime, model.runner().run(np.zeros((1, 64, 64, 3), np.uint8)).shape)
except ModelError as error:
    print(error)
print([name for name in sys.modules if name.split(".")[0] in ("tensorflow", "tensorflow_hub", "keras")])
"""


def test_the_process_that_annotates_never_imports_tensorflow(single_model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "saved_model.pb").write_bytes(b"nonsense")
    reason = f"{broken} is not a whole SavedModel: get it again"
    for model, expected in ((single_model, "litert (1, 1, 17, 3)"), (broken, reason)):
        done = subprocess.run(
            [sys.executable, "-c", LOAD, model],
            env={**os.environ, "MOVENET_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            check=True,
        )
        first, modules = done.stdout.splitlines()
        assert first.startswith(expected)
        assert modules == "[]"
        assert done.stderr == ""
