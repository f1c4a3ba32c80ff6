"""What the user named (files, folders, globs) in; the files to work on out, each with a name of its own."""

import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

from movenet_cli.errors import UsageError
from movenet_cli.sources.interface import InputFile
from movenet_cli.sources.sniff import HEAD_SIZE, has_media_suffix, has_sound_suffix, sniff
from movenet_cli.sources.walking import Found, Pattern, Walk

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Discovery:
    """The outcome of looking for inputs.

    Attributes:
        files: what to work on, names all different, in the order given, folders in natural order.
        ignored: files met in folders that are neither image nor video, or that the filters left out, and
            folders that hold the results of an earlier run.
        missing: what cannot be used: as given or found, and why, one line.
    """

    files: tuple[InputFile, ...]
    ignored: int
    missing: tuple[tuple[str, str], ...]


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
        include: globs on the relative or the base name; what a folder or glob finds must match one of them.
        exclude: the same, to leave files out.
        root: the folder that names are relative to; None to name each file relative to its input folder,
            with as many of the folders above in front as it takes to tell two files apart.

    Raises:
        UsageError: when a file is not below `root`.
    """
    search = _Search(tuple(include), tuple(exclude))
    for text in inputs:
        search.add(text)
    if root is None:
        files = _names_apart(search.candidates)
    else:
        files = tuple(InputFile(Path(each.path), _below(root, each.path)) for each in search.candidates)
    return Discovery(files, search.ignored, tuple(search.missing))


def read_paths(stream: BinaryIO, *, null: bool) -> list[str]:
    """Read paths separated by newlines, or by NUL bytes; empty ones are dropped."""
    data = stream.read()
    parts = data.split(b"\0") if null else [line.removesuffix(b"\r") for line in data.split(b"\n")]
    return [os.fsdecode(part) for part in parts if part]


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

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    candidates: list[_Candidate] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    ignored: int = 0
    _seen: set[str] = field(default_factory=set)

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
            reason = (
                "no such file or folder"
                if isinstance(error, FileNotFoundError)
                else f"cannot be read: {error}"
            )
            self.missing.append((text, reason))
            return
        folder, parts = _split_glob(text)
        before = len(self.candidates), len(self.missing)
        if Path(folder).is_dir():
            self._add_folder(folder, Pattern(parts))
        if before == (len(self.candidates), len(self.missing)):
            self.missing.append((text, "no image or video matches this pattern"))

    def _add_named(self, text: str) -> None:
        path = Path(text)
        real = os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118 - as a walk gives it
        if real not in self._seen:
            self._seen.add(real)
            self.candidates.append(_Candidate(text, path.name, _folders(str(path.parent))))

    def _add_folder(self, text: str, pattern: Pattern) -> None:
        above = _folders(text)
        for found in Walk(text, pattern):
            if found.real in self._seen:
                continue
            self._seen.add(found.real)
            if found.kind == "broken":
                self.missing.append((found.path, found.reason))
            elif found.kind == "file" and self._is_wanted(found.name) and _is_media(found):
                self.candidates.append(_Candidate(found.path, found.name, above))
            else:
                self.ignored += 1

    def _is_wanted(self, name: str) -> bool:
        if self.include and not _matches(name, self.include):
            return False
        return not _matches(name, self.exclude)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    base = name.rpartition("/")[2]
    return any(fnmatchcase(name, pattern) or fnmatchcase(base, pattern) for pattern in patterns)


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
