"""The search for results in a folder: each input's document, in natural order of the inputs' names."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from movenet_cli.core.folder_names import DATASET, DATASET_PARTS, KEYPOINTS, RUN
from movenet_cli.core.natural_order import natural_path_key
from movenet_cli.errors import InputError
from movenet_cli.output.formats.registry import FORMATS

DOCUMENT_FORMATS: Final = ("json", "jsonl")
"""Formats that hold everything, the preferred one first."""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """One input's results.

    Attributes:
        path: the file.
        name: the input's name, told by the file's place.
        format_name: `json` or `jsonl`.
    """

    path: Path
    name: str
    format_name: str


def find_documents(folder: Path) -> list[DocumentFile]:
    """One document per input; the JSON one where an input has both.

    Raises:
        InputError: when there is none.
    """
    found = list_documents(folder)
    if not found:
        raise no_documents(folder)
    return found


def no_documents(folder: Path) -> InputError:
    """What to say of a folder without any."""
    if not is_folder(folder):
        return no_folder(folder)
    if not any((folder / name).exists() for name in (KEYPOINTS, DATASET, DATASET_PARTS, RUN)):
        return InputError(f"{folder} is not a results folder of annotate: there is no {KEYPOINTS}/ in it")
    is_empty = not (folder / DATASET).exists() and not any(any(find_files(folder, name)) for name in FORMATS)
    if is_empty and (folder / RUN).exists():
        return InputError(f"{folder} has results of no input: see {folder / RUN} for the reasons")
    return InputError(
        f"{folder} has no JSON or JSONL documents, the only results that hold everything: "
        "run the same annotate command with --format json in addition"
    )


def no_folder(folder: Path) -> InputError:
    """What to say of a results folder that is not there."""
    return InputError(f"there is no folder {folder}: name a results folder of annotate")


def list_documents(folder: Path) -> list[DocumentFile]:
    """The same; there may be none."""
    best: dict[str, DocumentFile] = {}
    for found in find_all_documents(folder):
        if found.name not in best or found.format_name == DOCUMENT_FORMATS[0]:
            best[found.name] = found
    return sorted(best.values(), key=lambda found: natural_path_key(found.name))


def find_all_documents(folder: Path) -> Iterator[DocumentFile]:
    """Every document, in any order."""
    for name in DOCUMENT_FORMATS:
        for path, source in find_files(folder, name):
            yield DocumentFile(path, source, name)


def find_files(folder: Path, format_name: str) -> Iterator[tuple[Path, str]]:
    """Each regular file of a format that a results folder has, and the input's name that its place tells."""
    root, suffix = folder / FORMATS[format_name].folder, FORMATS[format_name].encoder.suffix
    if not is_folder(root):
        return
    for parent, _, names in os.walk(root, onerror=_refuse):
        for name in names:
            path = Path(parent, name)
            if name.endswith(suffix) and len(name) > len(suffix) and path.is_file():
                yield path, path.relative_to(root).as_posix().removesuffix(suffix)


def is_folder(path: Path) -> bool:
    """Whether a folder is there.

    Raises:
        InputError: when nobody can tell.
    """
    try:
        return path.is_dir()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error


def _refuse(error: OSError) -> None:
    raise InputError(f"cannot read {error.filename}: {error.strerror}") from error
