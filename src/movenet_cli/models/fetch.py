"""A catalogue model in, its download in the cache out: whole and verified, or an error and no trace."""

import functools
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from movenet_cli.errors import ModelError
from movenet_cli.models.cached import (
    Record,
    ResolvedModel,
    content_of,
    find_cached,
    folder_of,
    read_record,
    write_record,
)
from movenet_cli.models.catalogue import CatalogueModel
from movenet_cli.models.download import DownloadError, download, mirrored, without_password
from movenet_cli.models.hashing import sha256_of
from movenet_cli.models.unpack import ArchiveError, unpack

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
        UsageError: the mirror is no address.
    """
    sources = [mirrored(source, mirror) for source in model.sources]
    folder = folder_of(model)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            found = None if force else find_cached(model)
            return found or _fetch(model, sources, folder, progress)
    except OSError as error:
        raise ModelError(
            f"cannot write {model.name} to the model cache {folder.parent}: {error.strerror or error}; "
            f"set MOVENET_HOME to a folder that has room and can be written, or use `-m PATH` or `-m mini`"
        ) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes from fetching the same model; the system drops the lock of one that dies."""
    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        _LOG.warning("waiting for another process that is fetching %s", folder.name)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _fetch(model: CatalogueModel, sources: list[str], folder: Path, progress: Progress) -> ResolvedModel:
    """Try one source after the other in a temporary folder, and move the first good result into place."""
    prefix = f".{folder.name}-"
    for leftover in folder.parent.glob(f"{prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    failures = []
    for source in sources:
        with tempfile.TemporaryDirectory(
            prefix=prefix, dir=folder.parent, ignore_cleanup_errors=True
        ) as temporary:
            try:
                record = _prepare(model, source, Path(temporary), functools.partial(progress, model.name))
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


def _prepare(
    model: CatalogueModel, source: str, temporary: Path, progress: Callable[[int, int | None], None]
) -> Record:
    """Download, unpack and verify a model into `temporary / "new"`."""
    archive, new = temporary / "download", temporary / "new"
    new.mkdir()
    archive_sha256 = download(source, archive, progress)
    content = content_of(model, new)
    unpack(archive, model.form, content)
    sha256 = sha256_of(content)
    if model.sha256 not in (None, sha256):
        raise ArchiveError(f"its sha256 is {sha256}, not the published {model.sha256}")
    record = Record(without_password(source), archive_sha256, sha256)
    write_record(new, record)
    return record


def _install(model: CatalogueModel, record: Record, temporary: Path, folder: Path) -> None:
    """Move a prepared model into place, and what was there out of it."""
    if folder.exists():
        _warn_of_change(model, record, folder)
        folder.rename(temporary / "old")
    (temporary / "new").rename(folder)


def _warn_of_change(model: CatalogueModel, record: Record, folder: Path) -> None:
    """The first download was trusted; a later one that differs deserves a look."""
    try:
        first = read_record(folder)
    except (OSError, ValueError):
        return
    if first.sha256 != record.sha256:
        _LOG.warning(
            "%s from %s differs from the one first downloaded from %s: sha256 %s, then %s",
            model.name, record.source, first.source, record.sha256, first.sha256,
        )  # fmt: skip
