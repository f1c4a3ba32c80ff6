"""Taking a model out of what was downloaded, an archive or a bare file, of which nothing is trusted."""

import gzip
import itertools
import re
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from movenet_cli.models.hub.catalogue import Form
from movenet_cli.models.model_file import SAVED_MODEL, is_tflite

MAX_UNPACKED: Final = 512_000_000
"""Bytes that an archive may grow to."""

MAX_MEMBERS: Final = 1000

_CHUNK: Final = 1 << 20
_GZIP_MAGIC: Final = b"\x1f\x8b"
_NAME: Final = re.compile(r"[A-Za-z0-9._\- /]{1,200}")
_SHARD: Final = re.compile(r"variables\.data-\d{5}-of-(\d{5})")


class ArchiveError(Exception):
    """A file is not the model it should be; `str(error)` says what is wrong in a few words."""


def unpack(download: Path, form: Form, target: Path) -> None:
    """Turn a downloaded file into a model.

    An archive is a gzipped tar. It is unzipped as a whole first, so that its checksum is verified to the
    last byte and its size is known, and only plain files under plain relative names are taken from it:
    no links, devices, permissions or owners. That is stricter than `tarfile`'s own `data` filter, and
    the same on every version of Python.

    Args:
        download: the file. Its folder is used for work and holds nothing of value afterwards.
        form: what should be in it.
        target: where to place the model; must not exist.

    Raises:
        ArchiveError: damaged, unsafe, or no such model.
        OSError: the disk refuses.
    """
    with download.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(_GZIP_MAGIC):
        tar, folder = download.parent / "unzipped.tar", download.parent / "unpacked"
        _unzip(download, tar)
        folder.mkdir()
        _take_files(tar, folder)
        found = _saved_model_in(folder) if form == "saved_model" else _tflite_in(folder)
    elif form == "tflite":
        found = download
    else:
        raise ArchiveError("it is not a .tar.gz archive")
    if form == "tflite" and not is_tflite(found):
        raise ArchiveError("it is not a TensorFlow Lite file")
    found.rename(target)


def _unzip(source: Path, target: Path) -> None:
    """Decompress a file, checking its checksum."""
    size = 0
    try:
        with gzip.open(source) as unzipped, target.open("xb") as stream:
            while chunk := unzipped.read(_CHUNK):
                size += len(chunk)
                if size > MAX_UNPACKED:
                    raise ArchiveError(f"it grows beyond {MAX_UNPACKED // 10**6} MB when unzipped")
                stream.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ArchiveError("its gzip data are damaged") from error


def _take_files(source: Path, folder: Path) -> None:
    """Copy the files of a tar into a folder."""
    members = _members(source)
    try:
        with tarfile.open(source, "r:") as tar:
            for member in members:
                _take(tar, member, folder)
    except tarfile.TarError as error:
        raise ArchiveError("its tar data are damaged") from error


def _members(source: Path) -> list[tarfile.TarInfo]:
    """Read all headers before anything is written; at mangled ones `tarfile` fails in many ways."""
    try:
        with tarfile.open(source, "r:") as tar:
            members = list(itertools.islice(tar, MAX_MEMBERS + 1))
    except (tarfile.TarError, OSError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise ArchiveError("its tar data are damaged") from error
    if len(members) > MAX_MEMBERS:
        raise ArchiveError(f"it has more than {MAX_MEMBERS} members")
    return members


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Copy one member, if it is a plain file under a plain name."""
    path = PurePosixPath(member.name)
    if not _NAME.fullmatch(member.name) or path.is_absolute() or ".." in path.parts:
        raise ArchiveError(f"it names an unsafe path: {member.name[:80]!a}")
    if member.isdir():
        return
    content = tar.extractfile(member) if member.isreg() and not member.issparse() else None
    if content is None:
        raise ArchiveError(f"it holds something other than plain files: {member.name}")
    target = folder / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:
            shutil.copyfileobj(content, stream, _CHUNK)
    except (FileExistsError, NotADirectoryError) as error:
        raise ArchiveError(f"it names a path twice: {member.name}") from error


def _saved_model_in(folder: Path) -> Path:
    """The one folder with a graph and all shards of its variables."""
    graphs = [file for file in folder.rglob(SAVED_MODEL) if file.is_file()]
    if len(graphs) != 1:
        raise ArchiveError(f"there {'are several SavedModels' if graphs else 'is no SavedModel'} in it")
    model = graphs[0].parent
    names = {file.name for file in (model / "variables").glob("*") if file.stat().st_size}
    totals = [int(match[1]) for name in names if (match := _SHARD.fullmatch(name))]
    shards = {f"variables.data-{shard:05}-of-{total:05}" for total in totals[:1] for shard in range(total)}
    if not shards or not names >= {"variables.index", *shards}:
        raise ArchiveError("variables of its SavedModel are missing")
    if not graphs[0].stat().st_size:
        raise ArchiveError("its SavedModel is empty")
    return model


def _tflite_in(folder: Path) -> Path:
    files = [file for file in folder.rglob("*.tflite") if file.is_file()]
    if len(files) != 1:
        raise ArchiveError(f"it holds {len(files) or 'no'} .tflite files")
    return files[0]
