"""Gives each input a name of its own, by which its results are called."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from movenet_cli.core.inputs import InputFile
from movenet_cli.errors import UsageError
from movenet_cli.io.address import parse_address, public_address, scheme_of


@dataclass(frozen=True, slots=True)
class Candidate:
    """An input that was found.

    Attributes:
        file: under its name relative to where it was found.
        above: the names of the folders above that, outermost first, which tell it from a namesake.
    """

    file: InputFile
    above: tuple[str, ...]

    @property
    def location(self) -> str:
        """Where it is, as results tell it."""
        return self.file.origin or str(self.file.path)

    def named(self, depth: int) -> str:
        """The name with so many folders in front."""
        return "/".join((*self.above[len(self.above) - min(depth, len(self.above)) :], self.file.name))


def folders_of(path: str) -> tuple[str, ...]:
    """The names of a folder and all above it, outermost first."""
    return Path(os.path.abspath(path)).parts[1:]  # noqa: PTH100 - `..` goes, links stay


def names_apart(candidates: Sequence[Candidate]) -> tuple[InputFile, ...]:
    """Name the inputs; namesakes get folders' names in front, all of them equally many.

    Raises:
        UsageError: two cannot be told apart.
    """
    depths: dict[str, int] = {}
    while True:
        names = [each.named(depths.get(each.file.name, 0)) for each in candidates]
        counts = Counter(names)
        shared = {each.file.name for each, name in zip(candidates, names, strict=True) if counts[name] > 1}
        if not shared:
            return tuple(_named(each.file, name) for each, name in zip(candidates, names, strict=True))
        for name in shared:
            depths[name] = depths.get(name, 0) + 1
        if max(depths[name] for name in shared) > max(len(each.above) for each in candidates):
            name = next(name for name in names if counts[name] > 1)
            raise UsageError(
                f"two inputs would both be called {name}; name them from a common folder with --root"
            )


def names_below(root: str, candidates: Sequence[Candidate]) -> tuple[InputFile, ...]:
    """Name the inputs relative to the user's folder, or to an address; what was ready keeps its name.

    Raises:
        UsageError: one is not below it.
    """
    files = tuple(_named(each.file, _below(root, each.file)) for each in candidates)
    counts = Counter(file.name for file in files)
    if len(counts) < len(files):
        raise UsageError(
            f"two inputs would both be called {max(counts, key=counts.__getitem__)} below {root}"
        )
    return files


def _below(root: str, file: InputFile) -> str:
    """By the paths as written, or else with links resolved."""
    if file.url is not None:
        return _below_address(root, file.url)
    if file.origin is not None:
        return file.name
    path = str(file.path)
    real = os.path.join(os.path.realpath(file.path.parent), file.path.name)  # noqa: PTH118
    for folder, place in ((os.path.abspath(root), os.path.abspath(path)), (os.path.realpath(root), real)):  # noqa: PTH100
        if Path(place).is_relative_to(folder):
            return Path(place).relative_to(folder).as_posix()
    raise _not_below(root, path)


def _below_address(root: str, url: str) -> str:
    here = parse_address(url)
    if scheme_of(root) is not None:
        try:
            above = parse_address(root)
        except ValueError as error:
            raise UsageError(f"--root: {error}") from error
        depth = len(above.parts)
        if (above.scheme, above.host, above.parts) == (here.scheme, here.host, here.parts[:depth]):
            return "/".join(here.parts[depth:]) or here.name
    raise _not_below(root, here.public)


def _not_below(root: str, location: str) -> UsageError:
    return UsageError(
        f"{location} is not below {public_address(root)}: choose a --root that all inputs are below"
    )


def _named(file: InputFile, name: str) -> InputFile:
    return file if file.name == name else replace(file, name=name)
