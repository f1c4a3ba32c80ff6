"""A SavedModel runs only if it computes and does nothing else, wherever the rest may hide."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.errors import ExitCode, ModelError
from movenet_cli.models.saved_model import import_tensorflow, load_graph
from tests.models.saved_models import save_multi, save_single
from tests.support.media import write_image

pytestmark = pytest.mark.tensorflow


def save(folder: Path, act: Callable[[Any, str], Any], target: Path, module: Any = None) -> Path:
    """A single-pose model that acts on a file before it answers."""
    tf = import_tensorflow()

    def run(pixels: Any) -> Any:
        acted = act(tf, str(target))
        with tf.control_dependencies([] if acted is None else [acted]):
            return {"output_0": tf.fill([1, 1, 17, 3], tf.reduce_mean(tf.cast(pixels, tf.float32)))}

    spec = tf.TensorSpec([1, 64, 64, 3], tf.int32, name="input")
    module = module or tf.Module()
    tf.saved_model.save(module, str(folder), signatures=tf.function(run, input_signature=[spec]))
    return folder


def write(tf: Any, target: str) -> Any:
    return tf.io.write_file(target, "harm")


def write_in_a_function(tf: Any, target: str) -> Any:
    @tf.function
    def inner() -> Any:
        tf.io.write_file(target, "harm")
        return tf.constant(1)

    return inner()


def write_in_a_branch(tf: Any, target: str) -> Any:
    def harm() -> Any:
        with tf.control_dependencies([tf.io.write_file(target, "harm")]):
            return tf.constant(1)

    return tf.cond(tf.random.uniform([]) < 2, harm, lambda: tf.constant(0))


def save_variables(tf: Any, target: str) -> Any:
    return tf.raw_ops.SaveV2(
        prefix=target, tensor_names=["a"], shape_and_slices=[""], tensors=[tf.constant(1)]
    )


def read(tf: Any, target: str) -> Any:
    return tf.io.read_file(target)


def show(tf: Any, target: str) -> Any:
    tf.print(target)


@pytest.mark.parametrize(
    ("act", "operation"),
    [
        (write, "WriteFile"),
        (write_in_a_function, "WriteFile"),
        (write_in_a_branch, "WriteFile"),
        (save_variables, "SaveV2"),
        (read, "ReadFile"),
        (show, "PrintV2"),
    ],
)
def test_what_reaches_beyond_the_model_is_refused(
    tmp_path: Path, act: Callable[[Any, str], Any], operation: str
) -> None:
    folder = save(tmp_path / "model", act, tmp_path / "target")
    with pytest.raises(ModelError, match=f"is not run: .*{operation}"):
        load_graph(folder)
    assert not list(tmp_path.glob("target*"))


def test_what_loading_would_run_is_refused(tmp_path: Path) -> None:
    tf = import_tensorflow()
    (tmp_path / "words.txt").write_text("harm\n")
    module = tf.Module()
    file, index = str(tmp_path / "words.txt"), tf.lookup.TextFileIndex
    words = tf.lookup.TextFileInitializer(file, tf.string, index.WHOLE_LINE, tf.int64, index.LINE_NUMBER)
    module.table = tf.lookup.StaticVocabularyTable(words, 1)
    folder = save(tmp_path / "model", lambda tf, target: module.table.size(), tmp_path, module)
    with pytest.raises(ModelError, match="HashTable"):
        load_graph(folder)


def test_the_command_refuses_it(tmp_path: Path) -> None:
    folder = save(tmp_path / "model", write, tmp_path / "target")
    image = write_image(tmp_path / "a.png")
    command = [sys.executable, "-m", "movenet_cli", "annotate", str(image), "-m", str(folder)]
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "out")], capture_output=True, text=True, check=False
    )
    assert done.returncode == ExitCode.MODEL
    assert "WriteFile" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "target").exists()


def test_ordinary_models_pass(tmp_path: Path) -> None:
    assert load_graph(save_single(tmp_path / "single")).kind == "single"
    assert load_graph(save_multi(tmp_path / "multi")).kind == "multi"


def test_a_model_of_keras_passes(tmp_path: Path) -> None:
    tf = import_tensorflow()
    layers = tf.keras.layers
    network = tf.keras.Sequential(
        [
            layers.Input((64, 64, 3), batch_size=1, dtype="int32"),
            layers.Rescaling(1 / 127.5, -1),
            layers.Conv2D(8, 3, strides=2, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(6),
            layers.DepthwiseConv2D(3),
            layers.Dropout(0.1),
            layers.GlobalAveragePooling2D(),
            layers.Dense(51, "sigmoid"),
            layers.Reshape((1, 17, 3)),
        ]
    )
    network.export(str(tmp_path / "model"), verbose=False)
    assert load_graph(tmp_path / "model").kind == "single"
