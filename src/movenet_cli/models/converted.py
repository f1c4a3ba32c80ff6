"""A SavedModel folder in, the `.tflite` made from it out: converted once, in another process, then cached."""

import contextlib
import errno
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from movenet_cli.core.model_info import Kind, ModelInfo
from movenet_cli.errors import ModelError
from movenet_cli.io.hashing import check_is_file
from movenet_cli.io.locks import file_lock
from movenet_cli.io.versions import version
from movenet_cli.io.work_folder import work_folder
from movenet_cli.models.convert_saved_model import (
    FACTS_SUFFIX,
    NOT_CONVERTIBLE,
    REVISION,
    TFLITE_SUFFIX,
    NotConvertibleError,
    sealed,
)
from movenet_cli.models.heads import Constants
from movenet_cli.models.hub.cache import cache_dir
from movenet_cli.models.interpreter import Network, PixelTable
from movenet_cli.models.litert import LitertModel, from_multi_heads, official

_LOG = logging.getLogger(__name__)
_LONGEST_CONVERSION: Final = 1800
"""Seconds; it takes ten to thirty."""

_ROOM: Final = "TMPDIR (temporary files) or MOVENET_HOME (the model cache) to a folder with 200 MB of room"


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A converted model.

    Attributes:
        content: the bytes of the `.tflite` file.
        kind: as in `ModelInfo`.
        heads: what its outputs are, if it ends in its heads; nothing if it ends in the official output.
        constants: what decoding those heads needs.
        table: see `entrance.without_entrance`.
    """

    content: bytes
    kind: Kind
    heads: tuple[str, ...]
    constants: Constants
    table: PixelTable | None

    def model(self, name: str, sha256: str) -> LitertModel:
        """A model that LiteRT runs, under a name and with the hash of what it was made of."""
        finish = partial(from_multi_heads, self.heads, self.constants) if self.heads else official
        size = Network(self.content, name, table=self.table).fixed_size
        return LitertModel(
            self.content, self.table, ModelInfo(name, self.kind, size, sha256, "litert"), finish
        )


def load_prepared(folder: Path, name: str, sha256: str) -> LitertModel:
    """A SavedModel that LiteRT runs; arguments and errors are those of `prepare`.

    Args:
        folder: the SavedModel.
        name: how results and messages call it.
        sha256: see `hashing.sha256_of_model`; it stays the model's hash.
    """
    return prepare(folder, sha256).model(name, sha256)


def prepare(folder: Path, sha256: str) -> Prepared:
    """The cached conversion of a SavedModel, or a new one; several processes wait for one of them.

    Args:
        folder: the SavedModel.
        sha256: see `hashing.sha256_of_model`.

    Raises:
        ModelError: it cannot be loaded, or is not a MoveNet.
        NotConvertibleError: TensorFlow can run it, LiteRT cannot.
    """
    file = _folder() / f"{sha256[:32]}-r{REVISION}-tf{_tensorflow_version()}.tflite"
    found = _cached(file)
    if found is not None:
        return found
    with contextlib.ExitStack() as held:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            waiting = f"waiting for another process that is preparing {folder}"
            held.enter_context(file_lock(file.with_suffix(".lock"), protects=str(file), wait=waiting))
        except OSError as error:
            _LOG.warning("%s is prepared for this run only: the cache cannot be written (%s)", folder, error)
            return _converted(folder, keep_as=None)
        found = _cached(file)
        if found is not None:
            return found
        if file.exists():
            _LOG.warning("%s is broken and is made anew", file)
        return _converted(folder, keep_as=file)


def _cached(file: Path) -> Prepared | None:
    """What the cache has; None when that is nothing, or not what was put there."""
    try:
        return read_prepared(file)
    except (OSError, ValueError):
        return None


def read_prepared(file: Path) -> Prepared:
    """A converted file, with the facts beside it.

    Raises:
        OSError: one of them cannot be read.
        ValueError: they do not belong together.
    """
    facts = file.with_suffix(FACTS_SUFFIX)
    for part in (file, facts):
        check_is_file(part)
    content = file.read_bytes()
    try:
        fields = json.loads(facts.read_bytes())
        if sealed(fields, content) != fields:
            raise ValueError("its sha256 is not the one written beside it")
        table = fields["table"] and np.array(fields["table"]["values"], fields["table"]["type"])
        constants = Constants(**fields["constants"])
        return Prepared(content, fields["kind"], tuple(fields["heads"]), constants, table)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"its facts are others: {error}") from error


def _keep(made: Path, file: Path) -> None:
    """Put a conversion into the cache, the facts last: with them it is complete."""
    try:
        for suffix in (TFLITE_SUFFIX, FACTS_SUFFIX):
            _write(file.with_suffix(suffix), made.with_suffix(suffix).read_bytes())
    except OSError as error:
        _LOG.warning("the next run will prepare the model again: the cache cannot be written (%s)", error)


def _write(file: Path, content: bytes) -> None:
    """Let a file appear as a whole; the caller holds the lock."""
    partial = file.with_name(f".{file.name}.partial")
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def _converted(folder: Path, keep_as: Path | None) -> Prepared:
    """Run the conversion in a temporary folder; put what it made into the cache, unless that is None."""
    _LOG.info("preparing %s for LiteRT: done once, takes 10 to 30 seconds", folder)
    try:
        with _place_to_work() as place:
            made = place / f"model{TFLITE_SUFFIX}"
            _run_conversion(folder, made)
            prepared = read_prepared(made)
            if keep_as is not None:
                _keep(made, keep_as)
            return prepared
    except OSError as error:
        raise ModelError(f"{folder} cannot be prepared for LiteRT ({error}): set {_ROOM}") from error
    except ValueError as error:
        raise ModelError(f"{folder} cannot be prepared for LiteRT: {error}") from error


@contextlib.contextmanager
def _place_to_work() -> Iterator[Path]:
    """A folder among the system's temporary ones; where there is none that can be written, in the cache."""
    with contextlib.ExitStack() as stack:
        try:
            place = stack.enter_context(work_folder(Path(tempfile.gettempdir())))
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise
            place = stack.enter_context(work_folder(_folder()))
        yield place


def _folder() -> Path:
    return cache_dir() / "prepared"


def _run_conversion(folder: Path, target: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "movenet_cli.models.convert_saved_model",
        str(folder.resolve()),
        str(target),
    ]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TMPDIR": str(target.parent)}
    environment.pop("PYTHONOPTIMIZE", None)  # TensorFlow needs its docstrings
    try:
        done = subprocess.run(  # noqa: S603 our own interpreter and module
            command, env=environment, capture_output=True, timeout=_LONGEST_CONVERSION, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"{folder} cannot be prepared for LiteRT: it takes too long") from error
    if done.returncode == 0:
        return
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    _LOG.debug("the conversion said: %s", "\n".join(lines))
    reason = lines[-1] if lines else f"the conversion ended with {done.returncode}"
    if os.strerror(errno.ENOSPC) in reason:
        raise ModelError(f"{folder} cannot be prepared for LiteRT ({reason}): set {_ROOM}")
    if done.returncode == NOT_CONVERTIBLE:
        raise NotConvertibleError(f"{folder} cannot be prepared for LiteRT: {reason}")
    raise ModelError(reason)


def _tensorflow_version() -> str:
    """Asked of the installation, since importing TensorFlow takes seconds."""
    found = version("tensorflow")
    if found is None:
        raise ModelError(
            "TensorFlow, which prepares SavedModels, is not installed: install it, or give a .tflite file"
        )
    return found
