"""The way from what a user calls a model, a name or a path, to a verified file or folder on this machine."""

from __future__ import annotations

import importlib.resources
import os
from pathlib import Path
from typing import TYPE_CHECKING

from movenet_cli.errors import ModelError
from movenet_cli.io.hashing import sha256_of_model
from movenet_cli.models.hub.cache import expanded, find_cached, folder_of
from movenet_cli.models.hub.catalogue import CATALOGUE, CatalogueModel, catalogue_model
from movenet_cli.models.model_file import ResolvedModel, model_at

if TYPE_CHECKING:
    from movenet_cli.models.hub.fetch import Progress


def resolve(name_or_path: str, *, offline: bool, mirror: str | None, progress: Progress) -> ResolvedModel:
    """Find a model, downloading it if need be.

    What the catalogue names is a name; anything else on disk is a path (write `./thunder` for a file).

    Args:
        name_or_path: see `catalogue.catalogue_model`; or a `.tflite` file or a SavedModel folder.
        offline: never touch the network.
        mirror: see `fetch.fetch`.
        progress: see `fetch.fetch`.

    Raises:
        ModelError: there is no such model, it is corrupt, or it cannot be fetched.
        UsageError: the mirror is not an address.
    """
    if name_or_path not in CATALOGUE and is_path(name_or_path):
        return model_at(expanded(Path(name_or_path)))
    model = catalogue_model(name_or_path)
    found = find_local(model)
    if found is not None:
        return found
    if offline:
        raise not_cached(model)
    from movenet_cli.models.hub.fetch import fetch  # noqa: PLC0415 - a cached model is loaded without the HTTP client

    return fetch(model, mirror=mirror, progress=progress)


def find_local(model: CatalogueModel) -> ResolvedModel | None:
    """A catalogue model that is on this machine, verified; None when it would have to be downloaded.

    Raises:
        ModelError: it is corrupt, or should be part of this package and is not.
    """
    return _shipped(model) if model.shipped else find_cached(model)


def is_local(model: CatalogueModel) -> bool:
    """Whether a model is seen on this machine, without a look at its content."""
    try:
        return _shipped_file(model).is_file() if model.shipped else folder_of(model).exists()
    except OSError:
        return False


def not_cached(model: CatalogueModel) -> ModelError:
    """The error for a model that is needed now, must not be downloaded, and is not there."""
    return ModelError(
        f"{model.name} is not in the model cache; run `movenet models fetch {model.name}`, here or on a "
        f"connected machine whose cache folder of it you copy to {folder_of(model)}, "
        f"or use `-m PATH` or `-m mini`"
    )


def is_path(text: str) -> bool:
    """Whether a text that is no name is a path, and not an address or a name that is mistyped."""
    if "://" in text:
        return False
    if Path(text).suffix == ".tflite" or os.sep in text or "/" in text:
        return True
    return os.path.exists(text)  # noqa: PTH110 - a Path raises when it is too long


def _shipped_file(model: CatalogueModel) -> Path:
    return Path(str(importlib.resources.files("movenet_cli") / "weights" / f"{model.name}.tflite"))


def _shipped(model: CatalogueModel) -> ResolvedModel:
    file = _shipped_file(model)
    try:
        found = sha256_of_model(file)
    except OSError as error:
        raise ModelError(
            f"this installation lacks the model {model.name} at {file}: install movenet-cli again"
        ) from error
    if model.sha256 not in (None, found):
        raise ModelError(f"the model {model.name} at {file} is corrupt: install movenet-cli again")
    return ResolvedModel(model.name, file, found)
