"""Walks through a folder in natural order, each file once: links are followed, loops avoided."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from movenet_cli.core.folder_names import KEYPOINTS, LOCK, OVERLAY
from movenet_cli.core.natural_order import natural_key
from movenet_cli.io.scratch import Row, Scratch, packed, unpacked

LISTING: Final = "CREATE TABLE listing (key BLOB, name BLOB, is_folder INTEGER, is_link INTEGER);"
"""The table with which a walk sorts a folder's content: a folder may hold millions of files."""

GLOB = re.compile(r"[*?\[]")
"""What makes a pattern of a path."""

_RESULTS = frozenset((KEYPOINTS, OVERLAY))
"""Where a results folder has what could be taken for an input."""


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a walk.

    Attributes:
        path: where it is.
        name: relative to the folder where the walk began, `/` between parts.
        real: its path with the links among its folders resolved; of a folder, its own links, too.
        kind: `file`, `special` (pipe, device, socket), `results` (a folder that an earlier run wrote),
            `again` (a folder that was met before, by another way), or `broken` (`reason` says how).
        reason: what is wrong with a broken one.
    """

    path: str
    name: str
    real: str
    kind: str
    reason: str = ""


class Pattern:
    """Which paths below a folder a glob means; a folder that matches stands for all it contains.

    Args:
        parts: the glob's parts below the folder; `**` is any number of folders. No parts: everything.
    """

    def __init__(self, parts: tuple[str, ...] = ()) -> None:
        self._parts = parts
        self.start = self._skip_stars({0})

    def step(self, states: frozenset[int], name: str) -> frozenset[int]:
        """The state after one more part of a path; empty when nothing below can match."""
        after: set[int] = set()
        for state in states:
            if state == len(self._parts) or self._parts[state] == "**":
                after |= {state} if not name.startswith(".") else set()
            elif fnmatchcase(name, self._parts[state]) and self._may_be_hidden(state, name):
                after.add(state + 1)
        return self._skip_stars(after)

    def accepts(self, states: frozenset[int]) -> bool:
        """Whether a path in this state is meant."""
        return len(self._parts) in states

    def matches(self, name: str) -> bool:
        """Whether a file is meant; `name` is relative, `/` between its parts."""
        states = self.start
        for part in name.split("/"):
            states = self.step(states, part)
        return self.accepts(states)

    def _may_be_hidden(self, state: int, name: str) -> bool:
        return not name.startswith(".") or self._parts[state].startswith(".")

    def _skip_stars(self, states: set[int]) -> frozenset[int]:
        """`**` also stands for no folder at all."""
        for state, part in enumerate(self._parts):
            if part == "**" and state in states:
                states.add(state + 1)
        return frozenset(states)


class Walk:
    """One pass over a folder, around the results of earlier runs that lie in it.

    Args:
        root: the folder.
        pattern: which of its content is meant.
        scratch: has a table `LISTING`.
    """

    def __init__(self, root: str, pattern: Pattern, scratch: Scratch) -> None:
        self._root = root
        self._scratch = scratch
        self._pattern = pattern
        self._visited: set[str] = set()
        self._own_results = _RESULTS if _holds_results(root) else frozenset()

    def __iter__(self) -> Iterator[Found]:
        """Files, special files, results and whatever is broken, in natural order."""
        root = _Node(self._root, "", os.path.realpath(self._root), self._pattern.start, True)
        todo: list[Iterator[_Node]] = [iter([root])]  # what is left to do in each folder on the way
        while todo:
            node = next(todo[-1], None)
            if node is None:
                todo.pop()
                continue
            try:
                if node.is_folder and self._is_results(node):
                    yield Found(node.path, node.name, node.real, "results")
                elif node.is_folder and node.real in self._visited:
                    yield Found(node.path, node.name, node.real, "again")
                elif node.is_folder:
                    todo.append(self._content(node))
                elif self._pattern.accepts(node.states):
                    kind = "file" if stat.S_ISREG(os.stat(node.path).st_mode) else "special"  # noqa: PTH116
                    yield Found(node.path, node.name, node.real, kind)
            except OSError as error:
                what = "folder cannot be read" if node.is_folder else "cannot be read"
                yield Found(node.path, node.name, node.real, "broken", f"{what}: {error.strerror}")

    def _is_results(self, folder: "_Node") -> bool:
        """Whether an earlier run wrote a folder; the one that the user named is walked all the same."""
        return folder.name in self._own_results or (folder.name != "" and _holds_results(folder.path))

    def _content(self, folder: "_Node") -> Iterator["_Node"]:
        """What is in a folder and may be meant, in natural order."""
        self._visited.add(folder.real)
        # What is left there is of folders whose sorting is done, or that could be read in part only.
        self._scratch.change("DELETE FROM listing")
        with os.scandir(folder.path) as entries:
            self._scratch.change_each("INSERT INTO listing VALUES (?, ?, ?, ?)", map(_row, entries))
        return self._sorted(folder)

    def _sorted(self, folder: "_Node") -> Iterator["_Node"]:
        rows = self._scratch.rows("SELECT name, is_folder, is_link FROM listing ORDER BY key")
        for entry, is_folder, is_link in rows:
            base = unpacked(entry)
            if states := self._pattern.step(folder.states, base):
                path = os.path.join(folder.path, base)  # noqa: PTH118 - a Path for every file is slow
                name = f"{folder.name}/{base}" if folder.name else base
                real = os.path.realpath(path) if is_folder and is_link else f"{folder.real}/{base}"
                yield _Node(path, name, real, states, bool(is_folder))


def _holds_results(folder: str) -> bool:
    return os.path.isfile(f"{folder}/{LOCK}")  # noqa: PTH113 - a Path for every folder is slow


@dataclass(frozen=True, slots=True)
class _Node:
    """A folder entry that is still to be looked at; `states` are the pattern's."""

    path: str
    name: str
    real: str
    states: frozenset[int]
    is_folder: bool


def _row(entry: "os.DirEntry[str]") -> Row:
    return natural_key(entry.name), packed(entry.name), _is_folder(entry), entry.is_symlink()


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    """Whether an entry is a folder or a link to one; what cannot be told comes out when it is opened."""
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself, or into a locked folder
        return False
