"""Models that run on TensorFlow, from SavedModel folders: for GPUs, and for whoever asks for it."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.types import ByteArray, FloatArray, Size
from movenet_cli.errors import ModelError, UsageError
from movenet_cli.io.stdio import native_chatter_logged
from movenet_cli.models.heads import Constants, decode_multi_heads, decode_single_heads
from movenet_cli.models.interface import Model, Runner
from movenet_cli.models.saved_model import SavedGraph, heads_function, import_tensorflow, load_graph


class TensorflowModel(Model):
    """A MoveNet in TensorFlow, which has threads of its own: all runners share the one graph."""

    def __init__(self, info: ModelInfo, runner: Runner) -> None:
        """Take a runner that any number of threads may use."""
        super().__init__(info)
        self._runner = runner

    def runner(self) -> Runner:
        """See `Model.runner`."""
        return self._runner


class HeadsRunner(Runner):
    """Runs true batches through the graph cut at its heads, and decodes those here."""

    def __init__(self, graph: SavedGraph, device: str | None) -> None:
        """Cut the graph and place it on a device, None for TensorFlow's choice."""
        self._tf = import_tensorflow()
        self._device = device
        self._constants: Constants = graph.constants
        self._decode = decode_single_heads if graph.kind == "single" else decode_multi_heads
        with self._tf.device(device):
            self._function = heads_function(graph, batch=None)

    def run(self, batch: ByteArray) -> FloatArray:
        """See `Runner.run`."""
        with self._tf.device(self._device):
            heads = self._function(self._tf.constant(batch))
        maps = {name: head.numpy() for name, head in heads.items()}
        frames = [{name: head[i] for name, head in maps.items()} for i in range(len(batch))]
        return np.stack([self._decode(frame, self._constants) for frame in frames])


class SignatureRunner(Runner):
    """Runs one image at a time through the model's own signature."""

    def __init__(self, graph: SavedGraph, device: str | None) -> None:
        """Take the signature and a device, None for TensorFlow's choice."""
        self._tf = import_tensorflow()
        self._device = device
        self._graph = graph
        ((self._input, spec),) = graph.signature.structured_input_signature[1].items()
        self._dtype = spec.dtype

    def run(self, batch: ByteArray) -> FloatArray:
        """See `Runner.run`."""
        return np.concatenate([self._run_one(pixels) for pixels in batch])

    def _run_one(self, pixels: ByteArray) -> FloatArray:
        with self._tf.device(self._device):
            image = self._tf.cast(self._tf.constant(pixels[None]), self._dtype)
            (output,) = self._graph.signature(**{self._input: image}).values()
        values: FloatArray = output.numpy()
        return values


def load_tensorflow(folder: Path, name: str, sha256: str, *, device: str, batch_size: int) -> TensorflowModel:
    """Load a SavedModel and run it once on black.

    Args:
        folder: the SavedModel.
        name: how results and messages call it.
        sha256: of the folder, see `hashing.sha256_of_model`.
        device: `auto`, `cpu`, `gpu` or `gpu:N`.
        batch_size: how many images a call may take, if the graph can be cut at its heads; otherwise one.

    Raises:
        ModelError: it cannot be loaded or run, or is not a MoveNet.
        UsageError: there is no such device here.
    """
    tf = import_tensorflow()
    place = _place(tf, device)
    with tf.device(place):
        graph = load_graph(folder)
    runner: Runner = HeadsRunner(graph, place) if graph.heads else SignatureRunner(graph, place)
    black = np.zeros((1, *(graph.input_size or Size(64, 64)).shape, 3), np.uint8)
    try:
        with native_chatter_logged():
            runner.run(black)
    except (tf.errors.OpError, ValueError) as error:
        raise ModelError(f"{folder} cannot be run by TensorFlow: {str(error).splitlines()[0]}") from error
    max_batch = batch_size if graph.heads else 1
    info = ModelInfo(name, graph.kind, graph.input_size, sha256, "tensorflow", max_batch)
    return TensorflowModel(info, runner)


def describe_devices() -> str:
    """TensorFlow's version and the GPUs that it sees, in words."""
    tf = import_tensorflow()
    gpus = len(tf.config.list_physical_devices("GPU"))
    return f"TensorFlow {tf.__version__}, " + (f"{gpus} GPU{'s' * (gpus > 1)}" if gpus else "no GPU")


def _place(tf: Any, device: str) -> str | None:
    """TensorFlow's name of the device, None for its own choice; GPUs take memory as they need it."""
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        if not tf.config.experimental.get_memory_growth(gpu):
            tf.config.experimental.set_memory_growth(gpu, True)
    if device == "auto":
        return None
    if device == "cpu":
        return "/CPU:0"
    match = re.fullmatch(r"gpu(?::(\d+))?", device)
    if match is None:
        raise UsageError(f"there is no device '{device}': use auto, cpu, gpu or gpu:N")
    number = int(match[1] or 0)
    if number >= len(gpus):
        seen = f"only GPUs 0 to {len(gpus) - 1}" if gpus else "no GPU"
        raise UsageError(f"--device {device}: TensorFlow sees {seen} here; use --device cpu")
    return f"/GPU:{number}"
