"""A model on this machine: a `.tflite` file or a SavedModel folder, under a name and with its hash."""

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from movenet_cli.errors import ModelError
from movenet_cli.io.hashing import check_is_file, sha256_of_model

SAVED_MODEL: Final = "saved_model.pb"
"""The file by which a folder is known to be a SavedModel."""


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """A model on disk that may be loaded.

    Attributes:
        name: its name in the catalogue, or the stem of the file it was given as.
        path: a `.tflite` file or a SavedModel folder.
        sha256: see `hashing.sha256_of_model`.
    """

    name: str
    path: Path
    sha256: str


def model_at(path: Path) -> ResolvedModel:
    """A model given by its path, called as its file or folder is.

    Raises:
        ModelError: nothing is there, or it is not a model, or it cannot be read.
    """
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
        if is_folder and not (path / SAVED_MODEL).is_file():
            raise ModelError(f"{path} is not a model: a SavedModel folder has a file {SAVED_MODEL}")
        if not is_folder and not is_tflite(path):
            raise ModelError(
                f"{path} is not a model: give a whole .tflite file, or an unpacked SavedModel folder"
            )
        return ResolvedModel(path.resolve().name if is_folder else path.stem, path, sha256_of_model(path))
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise ModelError(f"there is no model at {path}; `movenet models list` shows the names") from error
    except OSError as error:
        raise ModelError(f"cannot read the model {path}: {error.strerror or error}") from error


def is_tflite(file: Path) -> bool:
    """Whether a file begins as every `.tflite` file does.

    Raises:
        OSError: it cannot be read.
    """
    check_is_file(file)
    with file.open("rb") as stream:
        return stream.read(8)[4:] == b"TFL3"
