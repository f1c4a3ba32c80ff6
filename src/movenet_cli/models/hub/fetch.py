"""Fetching models into the cache: a model is there whole and verified, or not at all."""

import functools
import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from movenet_cli.errors import ModelError
from movenet_cli.io.hashing import sha256_of_file, sha256_of_model
from movenet_cli.io.locks import file_lock
from movenet_cli.models.hub.cache import (
    Record,
    content_of,
    find_cached,
    folder_of,
    read_record,
    write_record,
)
from movenet_cli.models.hub.catalogue import CatalogueModel, KnownFile
from movenet_cli.models.hub.download import DownloadError, download, mirrored, without_password
from movenet_cli.models.hub.unpack import ArchiveError, unpack
from movenet_cli.models.model_file import ResolvedModel

_LOG = logging.getLogger(__name__)

Progress = Callable[[str, int, int | None], None]
"""Called with the model's name, the bytes received so far, and the number expected (None when unknown)."""


def fetch(
    model: CatalogueModel, *, mirror: str | None, progress: Progress, force: bool = False
) -> ResolvedModel:
    """Download a model unless it is cached; of several processes one downloads and the others wait for it.

    Args:
        model: a model that is not shipped with the package.
        mirror: base address of a server of one's own, asked instead of the official ones.
        progress: called as bytes arrive.
        force: download it again even if it is cached, whole or corrupt.

    Raises:
        ModelError: no source gave it, the cache cannot be written, or the cached copy is corrupt.
        UsageError: the mirror is not an address.
    """
    sources = [mirrored(source, mirror) for source in model.sources]
    folder = folder_of(model)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with file_lock(
            folder.with_name(f".{folder.name}.lock"),
            protects=str(folder),
            wait=f"waiting for another process that is fetching {model.name}",
        ):
            found = None if force else find_cached(model)
            return found or _fetch(model, sources, folder, progress)
    except OSError as error:
        raise ModelError(
            f"cannot write {model.name} to the model cache {folder.parent}: {error.strerror or error}; "
            f"set MOVENET_HOME to a folder that has room and can be written, or use `-m PATH` or `-m mini`"
        ) from error


def _fetch(model: CatalogueModel, sources: list[str], folder: Path, progress: Progress) -> ResolvedModel:
    """Try one source after the other in a temporary folder, and move the first good result into place."""
    prefix = f".{folder.name}-"
    # Whoever holds the lock is the only one at work here, so these are of processes that were killed.
    for leftover in folder.parent.glob(f"{prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    failures = []
    for source in sources:
        with tempfile.TemporaryDirectory(
            prefix=prefix, dir=folder.parent, ignore_cleanup_errors=True
        ) as temporary:
            try:
                record = _download(model, source, Path(temporary), functools.partial(progress, model.name))
            except (DownloadError, ArchiveError) as error:
                _LOG.debug("%s: %s", without_password(source), error)
                failures.append(f"{urlsplit(without_password(source)).netloc}: {error}")
                continue
            _install(model, record, Path(temporary), folder)
            return ResolvedModel(model.name, content_of(model, folder), record.sha256)
    reasons = "; ".join(dict.fromkeys(failures))
    raise ModelError(
        f"cannot fetch {model.name} ({reasons}); run `movenet models fetch {model.name}` on a connected "
        f"machine and copy its cache folder to {folder}, or use `-m PATH` or `-m mini`"
    )


def _download(
    model: CatalogueModel, source: str, temporary: Path, progress: Callable[[int, int | None], None]
) -> Record:
    """Download, unpack and verify a model into `temporary / "new"`."""
    archive, new = temporary / "download", temporary / "new"
    new.mkdir()
    download(source, archive, progress)
    archive_sha256 = sha256_of_file(archive)  # now: unpacking may move the file
    content = content_of(model, new)
    unpack(archive, model.form, content)
    sha256 = sha256_of_model(content)
    if model.sha256 not in (None, sha256):
        raise ArchiveError(f"its sha256 is {sha256}, not the published {model.sha256}")
    record = Record(without_password(source), archive_sha256, sha256)
    write_record(new, record)
    return record


def _install(model: CatalogueModel, record: Record, temporary: Path, folder: Path) -> None:
    """Move a new model into place, and what was there out of it.

    Raises:
        ModelError: nothing is pinned, and it is not what was first downloaded; that stays where it is.
    """
    if model.sha256 is None:
        first = _first_record(folder)
        if first is None:
            _tell_of_first_download(model, record, content_of(model, temporary / "new"))
        elif first.sha256 != record.sha256:
            raise ModelError(
                f"{model.name} from {record.source} differs from the one first downloaded from "
                f"{first.source}: its sha256 is {record.sha256}, not {first.sha256}; if you trust the new "
                f"one, remove {folder} and fetch it again"
            )
    if folder.exists():
        folder.rename(temporary / "old")
    (temporary / "new").rename(folder)


def _first_record(folder: Path) -> Record | None:
    try:
        return read_record(folder)
    except (OSError, ValueError):
        return None


def _tell_of_first_download(model: CatalogueModel, record: Record, content: Path) -> None:
    """The first download of a model that nobody has pinned is trusted: that is worth a word."""
    for known in model.known_files:
        file = content / known.name
        if not _is_known(file, known):
            _LOG.warning(
                "%s from %s has another %s than the one known as version %d (%d bytes, sha256 %s...)",
                model.name, record.source, known.name, model.version, known.size, known.sha256_start,
            )  # fmt: skip
    _LOG.info(
        "%s is new here and its publisher states no hash: sha256 %s is recorded, and from now on it must "
        "be the same",
        model.name, record.sha256,
    )  # fmt: skip


def _is_known(file: Path, known: KnownFile) -> bool:
    same_size = file.is_file() and file.stat().st_size == known.size
    return same_size and sha256_of_file(file).startswith(known.sha256_start)
