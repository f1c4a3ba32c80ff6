"""The cache of converted models: a SavedModel becomes a `.tflite` once, in another process, and is kept."""

import contextlib
import errno
import json
import logging
import os
import shutil
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
    METADATA_SUFFIX,
    NOT_CONVERTIBLE,
    REVISION,
    TFLITE_SUFFIX,
    NotConvertibleError,
    checksummed,
)
from movenet_cli.models.heads import Constants
from movenet_cli.models.hub.cache import cache_dir
from movenet_cli.models.interpreter import InputTable, Network
from movenet_cli.models.litert import LitertModel, from_multi_heads, official

_LOG = logging.getLogger(__name__)
_LONGEST_CONVERSION: Final = 1800
"""Seconds; it takes ten to thirty."""

_ROOM: Final = "TMPDIR (temporary files) or MOVENET_HOME (the model cache) to a folder with 200 MB of room"


@dataclass(frozen=True, slots=True, eq=False)
class ConvertedModel:
    """A SavedModel as LiteRT runs it.

    Attributes:
        content: the bytes of the `.tflite` file.
        kind: as in `ModelInfo`.
        heads: what its outputs are, if it ends in its heads; nothing if it ends in the official output.
        constants: what decoding those heads needs.
        table: see `input_lut.with_input_table`.
    """

    content: bytes
    kind: Kind
    heads: tuple[str, ...]
    constants: Constants
    table: InputTable | None

    def model(self, name: str, sha256: str) -> LitertModel:
        """A model that LiteRT runs, under a name and with the hash of what it was made of."""
        finish = partial(from_multi_heads, self.heads, self.constants) if self.heads else official
        size = Network(self.content, name, table=self.table).fixed_size
        return LitertModel(
            self.content, self.table, ModelInfo(name, self.kind, size, sha256, "litert"), finish
        )


def load_converted(folder: Path, name: str, sha256: str) -> LitertModel:
    """A SavedModel that LiteRT runs; arguments and errors are those of `converted_model`.

    Args:
        folder: the SavedModel.
        name: how results and messages call it.
        sha256: see `hashing.sha256_of_model`; it stays the model's hash.
    """
    return converted_model(folder, sha256).model(name, sha256)


def converted_model(folder: Path, sha256: str) -> ConvertedModel:
    """The cached conversion of a SavedModel, or a new one; several processes wait for one of them.

    Args:
        folder: the SavedModel.
        sha256: see `hashing.sha256_of_model`.

    Raises:
        ModelError: it cannot be loaded, or is not a MoveNet.
        NotConvertibleError: TensorFlow can run it, LiteRT cannot.
    """
    # A model converted by another TensorFlow, or by another revision of our own steps, is another file.
    file = _folder() / f"{sha256[:32]}-r{REVISION}-tf{_tensorflow_version()}{TFLITE_SUFFIX}"
    found = _cached(file)
    if found is not None:
        return found
    with contextlib.ExitStack() as held:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            waiting = f"waiting for another process that is converting {folder}"
            held.enter_context(file_lock(file.with_suffix(".lock"), protects=str(file), wait=waiting))
        except OSError as error:
            _LOG.warning("%s is converted for this run only: the cache cannot be written (%s)", folder, error)
            return _converted_now(folder, keep_as=None)
        found = _cached(file)  # by the process that was waited for
        if found is not None:
            return found
        if file.exists():
            _LOG.warning("%s is broken and is made anew", file)
        return _converted_now(folder, keep_as=file)


def read_converted(file: Path) -> ConvertedModel:
    """A converted file, with the metadata beside it.

    Raises:
        OSError: one of them cannot be read.
        ValueError: they do not belong together.
    """
    metadata = file.with_suffix(METADATA_SUFFIX)
    for part in (file, metadata):
        check_is_file(part)
    content = file.read_bytes()
    try:
        fields = json.loads(metadata.read_bytes())
        if checksummed(fields, content) != fields:
            raise ValueError("its sha256 is not the one written beside it")
        table = fields["table"] and np.array(fields["table"]["values"], fields["table"]["type"])
        constants = Constants(**fields["constants"])
        return ConvertedModel(content, fields["kind"], tuple(fields["heads"]), constants, table)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"its metadata are not as written: {error}") from error


def _cached(file: Path) -> ConvertedModel | None:
    """What the cache has; None when that is nothing, or not what was put there."""
    try:
        return read_converted(file)
    except (OSError, ValueError):
        return None


def _keep(made: Path, file: Path) -> None:
    """Put a conversion into the cache.

    The caller holds the lock, so one name will do for what is not complete, and whoever comes after a killed
    process writes over it. Nothing is synced to the disk: after a power cut the checksum tells, and the model
    is converted again.
    """
    partial_file = file.with_name(f".{file.name}.partial")
    try:
        for suffix in (TFLITE_SUFFIX, METADATA_SUFFIX):
            shutil.copyfile(made.with_suffix(suffix), partial_file)
            partial_file.replace(file.with_suffix(suffix))
    except OSError as error:
        _LOG.warning("the next run will convert the model again: the cache cannot be written (%s)", error)
        with contextlib.suppress(OSError):
            partial_file.unlink(missing_ok=True)


def _converted_now(folder: Path, keep_as: Path | None) -> ConvertedModel:
    """Run the conversion in a temporary folder; put what it made into the cache, unless that is None."""
    _LOG.info("converting %s for LiteRT: done once, takes 10 to 30 seconds", folder)
    try:
        with _place_to_work() as place:
            made = place / f"model{TFLITE_SUFFIX}"
            _run_conversion(folder, made)
            model = read_converted(made)
            if keep_as is not None:
                _keep(made, keep_as)
            return model
    except OSError as error:
        raise ModelError(f"{folder} cannot be converted for LiteRT ({error}): set {_ROOM}") from error
    except ValueError as error:
        raise ModelError(f"{folder} cannot be converted for LiteRT: {error}") from error


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
    return cache_dir() / "converted"


def _run_conversion(folder: Path, target: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "movenet_cli.models.convert_saved_model",
        str(folder.resolve()),
        str(target),
    ]
    # On the CPU: a conversion must not wait for, or take, a GPU that others use. TensorFlow's converter has
    # temporary files of its own; in our folder they are removed even when it is killed.
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TMPDIR": str(target.parent)}
    environment.pop("PYTHONOPTIMIZE", None)  # TensorFlow needs its docstrings
    try:
        done = subprocess.run(  # noqa: S603 our own interpreter and module
            command, env=environment, capture_output=True, timeout=_LONGEST_CONVERSION, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"{folder} cannot be converted for LiteRT: it takes too long") from error
    if done.returncode == 0:
        return
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    _LOG.debug("the conversion said: %s", "\n".join(lines))
    reason = lines[-1] if lines else f"the conversion ended with {done.returncode}"
    if os.strerror(errno.ENOSPC) in reason:
        raise ModelError(f"{folder} cannot be converted for LiteRT ({reason}): set {_ROOM}")
    if done.returncode == NOT_CONVERTIBLE:
        raise NotConvertibleError(f"{folder} cannot be converted for LiteRT: {reason}")
    raise ModelError(reason)


def _tensorflow_version() -> str:
    """Asked of the installation, since importing TensorFlow takes seconds."""
    found = version("tensorflow")
    if found is None:
        raise ModelError(
            "TensorFlow, which converts SavedModels, is not installed: install it, or give a .tflite file"
        )
    return found
