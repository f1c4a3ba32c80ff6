"""Finds the inputs that the user named: files, folders, globs, numbered images and addresses."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from movenet_cli.core.inputs import FrameSequence, InputFile
from movenet_cli.errors import InputError, MediaError, UsageError
from movenet_cli.io.address import public_address, scheme_of
from movenet_cli.io.numbered_files import is_numbered
from movenet_cli.io.scratch import Scratch, packed
from movenet_cli.media.find_at import find_at, path_of_file_address
from movenet_cli.media.find_sequence import find_sequence
from movenet_cli.media.glob_patterns import Filters
from movenet_cli.media.input_names import folders_of, names_apart, names_below
from movenet_cli.media.input_table import Candidate, InputTable
from movenet_cli.media.missing_input import LIVE_STREAMS, why_absent
from movenet_cli.media.sniff import HEAD_SIZE, has_media_suffix, has_sound_suffix, sniff
from movenet_cli.media.walk import GLOB, LISTING, Found, Pattern, Walk
from movenet_cli.settings import DEFAULT_SEQUENCE_FPS


@dataclass(frozen=True, slots=True)
class Discovery:
    """The outcome of looking for inputs.

    Attributes:
        files: what to work on, names all different, in the order given, folders in natural order.
        ignored: files met in folders that are neither image nor video, or that the filters left out, and
            folders that hold the results of an earlier run.
        missing: what cannot be used: as given or found, and why, one line.
        unmatched: the filters that matched nothing, as given.
    """

    files: InputTable
    ignored: int
    missing: tuple[tuple[str, str], ...]
    unmatched: tuple[str, ...] = ()


def discover(
    inputs: Sequence[str | InputFile],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    root: str | None = None,
    sequence_fps: float = DEFAULT_SEQUENCE_FPS,
    offline: bool = False,
) -> Discovery:
    """Find the files that the inputs mean.

    Args:
        inputs: files, folders (taken with all below them), globs (`**` for any number of folders), patterns
            of numbered images, or addresses; or inputs that are ready.
        include: see `Filters`; what a folder or glob finds must match one of them.
        exclude: the same, to leave files and folders out.
        root: the folder that names are relative to; None to name each file relative to its input folder,
            with as many of the folders above in front as it takes to tell two files apart.

        sequence_fps: frames a second of numbered images.
        offline: whether addresses are refused.

    Raises:
        UsageError: when a file is not below `root`, an address is given in spite of `offline`, or what reads
            it is not installed.
    """
    search = _Search(Filters(include, exclude), sequence_fps, offline)
    for each in inputs:
        search.add(each)
    if root is None:
        names_apart(search.files)
    else:
        names_below(root, search.files)
    return Discovery(search.files, search.ignored, tuple(search.missing), search.filters.unmatched)


def read_paths(stream: BinaryIO, *, null: bool) -> list[str]:
    """Read paths separated by newlines, or by NUL bytes; empty ones are dropped.

    Raises:
        InputError: when something else comes, such as an image.
    """
    data = stream.read(HEAD_SIZE)
    first = data.partition(b"\0")
    holds_media = sniff(data) is not None and bool(first[1]) and not os.path.lexists(first[0])
    if not holds_media:
        data += stream.read()
    if holds_media or (b"\0" in data and not null):
        raise InputError(_no_paths(holds_media))
    parts = data.split(b"\0") if null else [line.removesuffix(b"\r") for line in data.split(b"\n")]
    return [os.fsdecode(part) for part in parts if part]


def _no_paths(holds_media: bool) -> str:
    if holds_media:
        return (
            "standard input holds an image or video, and is read for paths: add --stdin-media to annotate "
            "it, or give the file itself as an INPUT"
        )
    return "standard input holds NUL bytes: add --null if they separate paths, as `find -print0` does"


_SCHEMA: Final = """
    CREATE TABLE met (real BLOB PRIMARY KEY, is_taken INTEGER) WITHOUT ROWID;
    CREATE TABLE addresses (location BLOB PRIMARY KEY, url BLOB) WITHOUT ROWID;
"""
"""Every file that was met, by its path with the links among its folders resolved; and every address."""


@dataclass(slots=True)
class _Search:
    """Collects what the inputs mean; a file reached twice is taken once."""

    filters: Filters
    sequence_fps: float
    offline: bool
    files: InputTable = field(default_factory=InputTable)
    missing: list[tuple[str, str]] = field(default_factory=list)
    scratch: Scratch = field(default_factory=lambda: Scratch(LISTING + _SCHEMA))

    @property
    def ignored(self) -> int:
        """How many files were left out, and not taken for another reason."""
        ((count,),) = self.scratch.rows("SELECT count(*) FROM met WHERE NOT is_taken")
        return int(count)

    def add(self, given: str | InputFile) -> None:
        """Take one input as the user wrote it, or one that is ready."""
        if isinstance(given, InputFile):
            self.files.add(Candidate(given, ()))
        elif (scheme := scheme_of(given)) == "file":
            self._add_path(path_of_file_address(given))
        elif scheme is not None and scheme not in LIVE_STREAMS:
            self._add_address(given)
        else:
            self._add_path(given)

    def _add_path(self, text: str) -> None:
        try:
            mode = os.stat(text).st_mode  # noqa: PTH116 - a Path cannot hold every name
        except (OSError, ValueError) as error:
            self._add_absent(text, error)
            return
        if stat.S_ISDIR(mode):
            self._add_folder(text, Pattern())
        elif stat.S_ISREG(mode):
            self._add_named(text)
        else:
            self.missing.append((text, "not a regular file (a pipe, a device or a socket)"))

    def _add_absent(self, text: str, error: OSError | ValueError) -> None:
        """Numbered images, a glob, or something that is not there."""
        if is_numbered(text) and isinstance(error, FileNotFoundError) and scheme_of(text) is None:
            self._add_numbered(text)
            return
        if not GLOB.search(text) or os.path.lexists(text):
            is_absent = isinstance(error, FileNotFoundError | NotADirectoryError)
            what = getattr(error, "strerror", None) or error
            self.missing.append((text, why_absent(text) if is_absent else f"cannot be read: {what}"))
            return
        folder, parts = _split_glob(text)
        before = len(self.files), len(self.missing)
        if os.path.isdir(folder):  # noqa: PTH112 - a Path raises when it may not look
            self._add_folder(folder, Pattern(parts))
        if before == (len(self.files), len(self.missing)):
            self.missing.append((text, "no image or video matches this pattern"))

    def _add_named(self, text: str, sequence: FrameSequence | None = None) -> None:
        path = Path(text)
        real = os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118 - as a walk gives it
        if not self._is_taken(real):
            self._take(real)
            file = InputFile(path, path.name, sequence)
            self.files.add(Candidate(file, folders_of(str(path.parent))))

    def _add_numbered(self, text: str) -> None:
        try:
            self._add_named(text, find_sequence(Path(text), self.sequence_fps))
        except MediaError as error:
            self.missing.append((text, str(error)))

    def _add_address(self, url: str) -> None:
        shown = public_address(url)
        if self.offline:
            raise UsageError(f"--offline (MOVENET_OFFLINE) forbids addresses such as {shown}")
        try:
            found = find_at(url, self.filters)
        except (MediaError, ValueError) as error:
            self.missing.append((shown, str(error)))
            return
        for each in found.candidates:
            known = packed(each.location), packed(each.file.url or "")
            if self.scratch.change("INSERT OR IGNORE INTO addresses VALUES (?, ?)", *known):
                self.files.add(each)
            elif not self.scratch.first("SELECT 1 FROM addresses WHERE location = ? AND url = ?", *known):
                raise UsageError(
                    "two addresses differ only in what may be a password or signature: "
                    f"{each.location}; leave one out, or annotate each into a folder of its own"
                )
        for address in found.left_out:
            self._leave_out(address)

    def _add_folder(self, text: str, pattern: Pattern) -> None:
        above = folders_of(text)
        is_first = not self.files and not self.missing  # a walk itself meets each file once
        for found in Walk(text, pattern, self.scratch):
            if not is_first and self._is_taken(found.real):
                continue
            if found.kind == "broken" and not self.filters.excludes(found.name):
                self._take(found.real)
                self.missing.append((found.path, found.reason))
            elif found.kind == "file" and self.filters.wants(found.name) and _is_media(found):
                self._take(found.real)
                self.files.add(Candidate(InputFile(Path(found.path), found.name), above))
            else:
                self._leave_out(found.real)

    def _is_taken(self, real: str) -> bool:
        return self.scratch.first("SELECT 1 FROM met WHERE real = ? AND is_taken", packed(real)) is not None

    def _take(self, real: str) -> None:
        self.scratch.add(
            "INSERT INTO met VALUES * ON CONFLICT (real) DO UPDATE SET is_taken = 1", packed(real), 1
        )

    def _leave_out(self, real: str) -> None:
        self.scratch.add("INSERT OR IGNORE INTO met VALUES *", packed(real), 0)


def _is_media(found: Found) -> bool:
    """By suffix, or else by the first bytes; what cannot be read is left to the suffix."""
    if has_media_suffix(found.name):
        return True
    if has_sound_suffix(found.name):
        return False
    try:
        with open(found.path, "rb") as file:  # noqa: PTH123 - a Path for every file is slow
            return sniff(file.read(HEAD_SIZE)) is not None
    except OSError:
        return False


def _split_glob(text: str) -> tuple[str, tuple[str, ...]]:
    """The fixed leading folder of a glob, and the parts below it."""
    parts = Path(text).parts
    fixed = next(i for i, part in enumerate(parts) if GLOB.search(part))
    return str(Path(*parts[:fixed])), parts[fixed:]
