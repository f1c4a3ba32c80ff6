"""A catalogue model in, its copy in the cache out, checked against the hash of its first download."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from movenet_cli.errors import ModelError
from movenet_cli.io.hashing import check_is_file, sha256_of
from movenet_cli.models.hub.cache_folder import cache_dir
from movenet_cli.models.hub.catalogue import CatalogueModel

_RECORD = "record.json"


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """A model on disk that may be loaded.

    Attributes:
        name: its name in the catalogue, or the stem of the file it was given as.
        path: a `.tflite` file or a SavedModel folder.
        sha256: see `hashing.sha256_of`.
    """

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """What came with the first download, trusted from then on and kept beside the model.

    Attributes:
        source: the address it came from.
        archive_sha256: hash of the bytes that the server sent.
        sha256: hash of the model, see `hashing.sha256_of`.
    """

    source: str
    archive_sha256: str
    sha256: str


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
        ValueError: it is no record.
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
        found = sha256_of(content)
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
