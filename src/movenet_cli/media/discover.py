"""Finds the files that the user named (files, folders, globs), and gives each a name of its own."""

import os
import re
import stat
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from movenet_cli.core.inputs import InputFile
from movenet_cli.errors import InputError, UsageError
from movenet_cli.media.glob_patterns import Filters
from movenet_cli.media.missing_input import why_absent
from movenet_cli.media.sniff import HEAD_SIZE, has_media_suffix, has_sound_suffix, sniff
from movenet_cli.media.walk import Found, Pattern, Walk

_GLOB = re.compile(r"[*?\[]")


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

    files: tuple[InputFile, ...]
    ignored: int
    missing: tuple[tuple[str, str], ...]
    unmatched: tuple[str, ...] = ()


def discover(
    inputs: Sequence[str],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    root: str | None = None,
) -> Discovery:
    """Find the files that the inputs mean.

    Args:
        inputs: files, folders (taken with all below them), or globs (`**` for any number of folders).
        include: see `Filters`; what a folder or glob finds must match one of them.
        exclude: the same, to leave files and folders out.
        root: the folder that names are relative to; None to name each file relative to its input folder,
            with as many of the folders above in front as it takes to tell two files apart.

    Raises:
        UsageError: when a file is not below `root`.
    """
    search = _Search(Filters(include, exclude))
    for text in inputs:
        search.add(text)
    if root is None:
        files = _names_apart(search.candidates)
    else:
        files = tuple(InputFile(Path(each.path), _below(root, each.path)) for each in search.candidates)
    ignored = len(search.left_out - search.seen)
    return Discovery(files, ignored, tuple(search.missing), search.filters.unmatched)


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
            "standard input holds an image or video; it is read for paths: give the file itself as an INPUT"
        )
    return "standard input holds NUL bytes: add --null if they separate paths, as `find -print0` does"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A file, its name, and the names of the folders above that, which tell it from a namesake."""

    path: str
    name: str
    above: tuple[str, ...]

    def named(self, depth: int) -> str:
        """The name with so many folders in front."""
        return "/".join((*self.above[len(self.above) - min(depth, len(self.above)) :], self.name))


@dataclass(slots=True)
class _Search:
    """Collects what the inputs mean; a file reached twice is taken once."""

    filters: Filters
    candidates: list[_Candidate] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)

    def add(self, text: str) -> None:
        """Take one input as the user wrote it."""
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
        """A glob, or something that is not there."""
        if not _GLOB.search(text) or os.path.lexists(text):
            is_absent = isinstance(error, FileNotFoundError | NotADirectoryError)
            what = getattr(error, "strerror", None) or error
            self.missing.append((text, why_absent(text) if is_absent else f"cannot be read: {what}"))
            return
        folder, parts = _split_glob(text)
        before = len(self.candidates), len(self.missing)
        if os.path.isdir(folder):  # noqa: PTH112 - a Path raises when it may not look
            self._add_folder(folder, Pattern(parts))
        if before == (len(self.candidates), len(self.missing)):
            self.missing.append((text, "no image or video matches this pattern"))

    def _add_named(self, text: str) -> None:
        path = Path(text)
        real = os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118 - as a walk gives it
        if real not in self.seen:
            self.seen.add(real)
            self.candidates.append(_Candidate(text, path.name, _folders(str(path.parent))))

    def _add_folder(self, text: str, pattern: Pattern) -> None:
        above = _folders(text)
        for found in Walk(text, pattern):
            if found.real in self.seen:
                continue
            if found.kind == "broken" and not self.filters.excludes(found.name):
                self.seen.add(found.real)
                self.missing.append((found.path, found.reason))
            elif found.kind == "file" and self.filters.wants(found.name) and _is_media(found):
                self.seen.add(found.real)
                self.candidates.append(_Candidate(found.path, found.name, above))
            else:
                self.left_out.add(found.real)


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
    fixed = next(i for i, part in enumerate(parts) if _GLOB.search(part))
    return str(Path(*parts[:fixed])), parts[fixed:]


def _folders(path: str) -> tuple[str, ...]:
    """The names of a folder and all above it, outermost first."""
    return Path(os.path.abspath(path)).parts[1:]  # noqa: PTH100 - `..` goes, links stay


def _names_apart(candidates: Sequence[_Candidate]) -> tuple[InputFile, ...]:
    """Give each file a name of its own: namesakes get folders' names in front, all of them equally many."""
    depths: dict[str, int] = {}
    while True:
        names = [each.named(depths.get(each.name, 0)) for each in candidates]
        counts = Counter(names)
        shared = {each.name for each, name in zip(candidates, names, strict=True) if counts[name] > 1}
        if not shared:
            return tuple(
                InputFile(Path(each.path), name) for each, name in zip(candidates, names, strict=True)
            )
        for name in shared:
            depths[name] = depths.get(name, 0) + 1
        if max(depths[name] for name in shared) > max(len(each.above) for each in candidates):
            name = next(name for name in names if counts[name] > 1)
            raise UsageError(
                f"two inputs would both be called {name}; name them from a common folder with --root"
            )


def _below(root: str, path: str) -> str:
    """A file's name relative to the user's folder, by their paths as written, or else with links resolved."""
    real = os.path.join(os.path.realpath(Path(path).parent), Path(path).name)  # noqa: PTH118
    for folder, file in ((os.path.abspath(root), os.path.abspath(path)), (os.path.realpath(root), real)):  # noqa: PTH100
        if Path(file).is_relative_to(folder):
            return Path(file).relative_to(folder).as_posix()
    raise UsageError(f"{path} is not below {root}: choose a --root that all inputs are below")
