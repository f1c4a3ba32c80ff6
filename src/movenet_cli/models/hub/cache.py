"""The cache of models: one folder, and in it each model beside the record of its first download."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from movenet_cli.errors import ModelError, UsageError
from movenet_cli.io.hashing import check_is_file, sha256_of_model
from movenet_cli.models.hub.catalogue import CatalogueModel
from movenet_cli.models.model_file import ResolvedModel

_RECORD = "record.json"


@dataclass(frozen=True, slots=True)
class Record:
    """What came with the first download, trusted from then on and kept beside the model.

    Attributes:
        source: the address it came from.
        archive_sha256: hash of the bytes that the server sent.
        sha256: hash of the model, see `hashing.sha256_of_model`.
    """

    source: str
    archive_sha256: str
    sha256: str


def cache_dir() -> Path:
    """The cache folder, which need not exist yet.

    Returns:
        `$MOVENET_HOME` with `~` expanded; when it is unset or empty, the user's cache folder of the platform.

    Raises:
        UsageError: it is the home of a user who is not known here.
    """
    home = os.environ.get("MOVENET_HOME")
    if home:
        return expanded(Path(home))
    return platformdirs.user_cache_path("movenet-cli", appauthor=False)


def expanded(path: Path) -> Path:
    """A path with `~` and `~user` replaced by the home folder.

    Raises:
        UsageError: there is no such user.
    """
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise UsageError(f"{path}: there is no user {path.parts[0][1:]!r}; write the whole path") from error


def folder_of(model: CatalogueModel) -> Path:
    """The cache folder of a model and its record; it is there as a whole or not at all."""
    return cache_dir() / "models" / f"{model.name}-v{model.version}"


def content_of(model: CatalogueModel, folder: Path) -> Path:
    """Where the model itself lies in its folder."""
    return folder / (f"{model.name}.tflite" if model.form == "tflite" else model.name)


def write_record(folder: Path, record: Record) -> None:
    """Write a record into a model's folder."""
    (folder / _RECORD).write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")


def read_record(folder: Path) -> Record:
    """Read a model folder's record.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not a record.
    """
    check_is_file(folder / _RECORD)
    fields = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    try:
        return Record(str(fields["source"]), str(fields["archive_sha256"]), str(fields["sha256"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{_RECORD} is not a record") from error


def find_cached(model: CatalogueModel) -> ResolvedModel | None:
    """The cached copy of a model, its content checked now; None when there is none.

    Raises:
        ModelError: it is there but is not what its record and the catalogue say, or cannot be read.
    """
    folder = folder_of(model)
    content = content_of(model, folder)
    try:
        if not folder.exists():
            return None
        expected = model.sha256 or read_record(folder).sha256
        found = sha256_of_model(content)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError) as error:
        raise _corrupt(model, folder, str(error)) from error
    except OSError as error:
        raise ModelError(
            f"cannot read the cached model {model.name} in {folder}: {error.strerror}"
        ) from error
    if found != expected:
        raise _corrupt(model, folder, f"its sha256 is {found}, not {expected}")
    return ResolvedModel(model.name, content, found)


def _corrupt(model: CatalogueModel, folder: Path, reason: str) -> ModelError:
    return ModelError(
        f"the cached model {model.name} in {folder} is corrupt ({reason}); "
        f"run `movenet models fetch --force {model.name}`"
    )
