"""The choice of a runtime: what was found on disk becomes a model that LiteRT or TensorFlow runs."""

import logging

from movenet_cli.errors import UsageError
from movenet_cli.models.convert_saved_model import NotConvertibleError
from movenet_cli.models.converted import load_converted
from movenet_cli.models.interface import Model
from movenet_cli.models.litert import load_litert
from movenet_cli.models.model_file import ResolvedModel
from movenet_cli.models.tensorflow import load_tensorflow
from movenet_cli.settings import Runtime

_LOG = logging.getLogger(__name__)


def load_model(found: ResolvedModel, *, runtime: Runtime, device: str, batch_size: int) -> Model:
    """Load a model from disk.

    `auto` takes LiteRT, the faster one on a CPU, unless a GPU is asked for or LiteRT cannot run the model.

    Args:
        found: see `resolve.resolve`, or `model_file.model_at` for a path.
        runtime: what shall run it.
        device: `auto`, `cpu`, `gpu` or `gpu:N`.
        batch_size: how many frames one call may take, where the runtime gains by it.

    Raises:
        ModelError: it is corrupt or not a MoveNet, or the runtime cannot run it.
        UsageError: the runtime cannot use the device or the format.
    """
    gpu = device.startswith("gpu")
    if runtime == "litert" and gpu:
        raise UsageError(f"--device {device} needs --runtime tensorflow: LiteRT runs on the CPU here")
    if not found.path.is_dir():
        if runtime == "tensorflow" or gpu:
            raise UsageError(f"TensorFlow cannot run {found.path}: give the model as a SavedModel folder")
        return load_litert(found.path, found.name)
    if runtime != "tensorflow" and not gpu:
        try:
            return load_converted(found.path, found.name, found.sha256)
        except NotConvertibleError as error:
            if runtime == "litert":
                raise
            _LOG.warning("%s; TensorFlow runs it", error)
    return load_tensorflow(found.path, found.name, found.sha256, device=device, batch_size=batch_size)
