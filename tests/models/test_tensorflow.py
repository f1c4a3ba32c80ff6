"""SavedModels on TensorFlow: true batches equal single images and the model's own signature."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from movenet_cli.errors import ExitCode, ModelError, UsageError
from movenet_cli.models.heads import Constants
from movenet_cli.models.load import load_model
from movenet_cli.models.model_file import model_at
from movenet_cli.models.saved_model import import_tensorflow, load_graph
from movenet_cli.models.tensorflow import HeadsRunner, SignatureRunner, TensorflowModel, load_tensorflow
from tests.models.saved_models import SCOPES, UNUSUAL, save_multi, save_other, save_single

pytestmark = pytest.mark.tensorflow


def noise(count: int, size: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (count, *size, 3), np.uint8)


def load(folder: Path, batch_size: int = 4, device: str = "auto") -> TensorflowModel:
    return load_tensorflow(folder, "given", "0" * 64, device=device, batch_size=batch_size)


def check_batches(folder: Path, size: tuple[int, int]) -> None:
    graph = load_graph(folder)
    images = noise(5, size)
    runner = HeadsRunner(graph, None)
    batched = runner.run(images)
    one_by_one = np.concatenate([runner.run(images[i : i + 1]) for i in range(5)])
    np.testing.assert_allclose(batched, one_by_one, atol=1e-5)
    np.testing.assert_allclose(batched, SignatureRunner(graph, None).run(images), atol=1e-5)


def test_single_pose_batches(single_model: Path) -> None:
    check_batches(single_model, (64, 64))


@pytest.mark.parametrize("size", [(64, 64), (96, 64), (32, 128)])
def test_multi_pose_batches(multi_model: Path, size: tuple[int, int]) -> None:
    check_batches(multi_model, size)


def test_constants_are_read_from_the_graph(single_model: Path, multi_model: Path) -> None:
    single, multi = load_graph(single_model).constants, load_graph(multi_model).constants
    assert single.beta == pytest.approx(UNUSUAL.beta)
    assert (multi.spread, multi.visible) == pytest.approx((UNUSUAL.spread, UNUSUAL.visible))
    assert multi.peak_tolerance == pytest.approx(UNUSUAL.peak_tolerance)
    assert multi.beta == Constants().beta, "what a graph does not name is as published"


def test_what_is_known_of_it(single_model: Path, multi_model: Path) -> None:
    single, multi = load(single_model), load(multi_model)
    assert (single.info.kind, single.info.input_size, single.info.max_batch) == ("single", (64, 64), 4)
    assert (multi.info.kind, multi.info.input_size, multi.info.max_batch) == ("multi", None, 4)
    assert (single.info.runtime, single.info.name, single.info.sha256) == ("tensorflow", "given", "0" * 64)


def test_runners_share_the_graph(single_model: Path) -> None:
    model = load(single_model)
    assert model.runner() is model.runner()


@pytest.mark.parametrize("save", [save_single, save_multi])
def test_a_graph_without_the_head_nodes_runs_through_its_signature(
    tmp_path: Path, save: Callable[..., Path]
) -> None:
    known = save(tmp_path / "known")
    unknown = save(tmp_path / "unknown", scopes={**SCOPES, "offset": "another_offset_0/conv2d_7"})
    model = load(unknown)
    assert model.info.max_batch == 1
    images = noise(2, (64, 64))
    np.testing.assert_allclose(model.runner().run(images), load(known).runner().run(images), atol=1e-5)


def test_loading_by_choice(single_model: Path) -> None:
    model = load_model(model_at(single_model), runtime="tensorflow", device="cpu", batch_size=2)
    assert (model.info.runtime, model.info.max_batch, len(model.info.sha256)) == ("tensorflow", 2, 64)


@pytest.mark.parametrize(
    ("device", "message"),
    [("gpu:7", "--device gpu:7: TensorFlow sees .*; use --device cpu"), ("tpu", "there is no device 'tpu'")],
)
def test_a_device_that_is_not_there(single_model: Path, device: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_model(model_at(single_model), runtime="tensorflow", device=device, batch_size=2)


@pytest.mark.parametrize(
    ("output", "shape", "message"),
    [
        ((1, 1001), (1, 64, 64, 3), r"is not a MoveNet: its output is \(1, 1001\)"),
        ((1, 1, 17, 3), (1, 64, 64), r"is not a MoveNet: its input is"),
        ((1, 1, 17, 3), (1, 64, 64, 1), r"is not a MoveNet: its input is"),
    ],
)
def test_what_is_no_movenet(
    tmp_path: Path, output: tuple[int, ...], shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        load(save_other(tmp_path / "model", output, shape))


def test_a_model_without_signatures(tmp_path: Path) -> None:
    tf = import_tensorflow()
    tf.saved_model.save(tf.Module(), str(tmp_path / "model"))
    with pytest.raises(ModelError, match="is not a MoveNet: it has no signature 'serving_default'"):
        load(tmp_path / "model")


def cut_weights(folder: Path) -> None:
    file = folder / "variables" / "variables.data-00000-of-00001"
    file.write_bytes(file.read_bytes()[:100])


def remove_weights(folder: Path) -> None:
    shutil.rmtree(folder / "variables")


def cut_graph(folder: Path) -> None:
    file = folder / "saved_model.pb"
    file.write_bytes(file.read_bytes()[:1000])


def replace_graph(folder: Path) -> None:
    (folder / "saved_model.pb").write_text("these are not the weights you are looking for")


def empty_graph(folder: Path) -> None:
    (folder / "saved_model.pb").write_bytes(b"")


@pytest.mark.parametrize("damage", [cut_weights, remove_weights, cut_graph, replace_graph, empty_graph])
def test_a_damaged_model_is_refused_in_one_line(
    single_model: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(single_model, folder)
    damage(folder)
    with pytest.raises(ModelError, match="get it again") as caught:
        load(folder)
    assert caught.value.exit_code == ExitCode.MODEL
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_reaches_standard_error(single_model: Path) -> None:
    program = (
        "import pathlib, sys\n"
        "from movenet_cli.models.tensorflow import load_tensorflow\n"
        "model = load_tensorflow(pathlib.Path(sys.argv[1]), 'm', '', device='auto', batch_size=1)\n"
        "print(model.info.kind)\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    command = [sys.executable, "-c", program, str(single_model)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("single\n", "")


def test_the_official_graphs(lightning_saved_model: Path, multipose_saved_model: Path) -> None:
    check_batches(lightning_saved_model, (192, 192))
    check_batches(multipose_saved_model, (160, 256))
