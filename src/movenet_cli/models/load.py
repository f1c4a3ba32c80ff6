"""A path, a runtime and a device in, a loaded model out."""

import logging
from pathlib import Path

from movenet_cli.errors import ModelError, UsageError
from movenet_cli.io.hashing import sha256_of_model
from movenet_cli.models.convert_saved_model import NotConvertibleError
from movenet_cli.models.converted import load_prepared
from movenet_cli.models.interface import Model
from movenet_cli.models.litert import load_litert
from movenet_cli.models.tensorflow import load_tensorflow
from movenet_cli.settings import Runtime

_LOG = logging.getLogger(__name__)
_TFLITE_MAGIC = b"TFL3"
_SAVED_MODEL = "saved_model.pb"


def load_model(
    target: Path, *, name: str, runtime: Runtime, device: str, batch_size: int, sha256: str | None = None
) -> Model:
    """Load a model from disk.

    `auto` takes LiteRT, the faster one on a CPU, unless a GPU is asked for or LiteRT cannot run the model.

    Args:
        target: a `.tflite` file or a SavedModel folder.
        name: how results and messages call it.
        runtime: what shall run it.
        device: `auto`, `cpu`, `gpu` or `gpu:N`.
        batch_size: how many frames one call may take, where the runtime gains by it.
        sha256: of the model, see `hashing.sha256_of_model`, when it is known already.

    Raises:
        ModelError: it is missing, corrupt or no MoveNet, or the runtime cannot run it.
        UsageError: the runtime cannot use the device or the format.
    """
    gpu = device.startswith("gpu")
    if runtime == "litert" and gpu:
        raise UsageError(f"--device {device} needs --runtime tensorflow: LiteRT runs on the CPU here")
    if not target.is_dir():
        _check_file(target)
        if runtime == "tensorflow" or gpu:
            raise UsageError(f"TensorFlow cannot run {target}: give the model as a SavedModel folder")
        return load_litert(target, name)
    sha256 = sha256 or _hash_of_folder(target)
    if runtime != "tensorflow" and not gpu:
        try:
            return load_prepared(target, name, sha256)
        except NotConvertibleError as error:
            if runtime == "litert":
                raise
            _LOG.warning("%s; TensorFlow runs it", error)
    return load_tensorflow(target, name, sha256, device=device, batch_size=batch_size)


def _check_file(target: Path) -> None:
    try:
        with target.open("rb") as stream:
            start = stream.read(8)
    except FileNotFoundError as error:
        raise ModelError(f"there is no model at {target}: check the path") from error
    except OSError as error:
        raise ModelError(f"model {target} cannot be read: {error.strerror}") from error
    if start[4:] != _TFLITE_MAGIC:
        raise ModelError(
            f"{target} is not a model: give a whole .tflite file, or an unpacked SavedModel folder"
        )


def _hash_of_folder(folder: Path) -> str:
    if not (folder / _SAVED_MODEL).is_file():
        raise ModelError(f"{folder} is not a model: a SavedModel folder has a file {_SAVED_MODEL}")
    try:
        return sha256_of_model(folder)
    except OSError as error:
        raise ModelError(f"model {folder} cannot be read: {error}") from error
