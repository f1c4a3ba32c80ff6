"""Where a results folder's inputs and overlays are, and how the page links to them."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from movenet_cli.core.folder_names import OVERLAY
from movenet_cli.core.results import Header
from movenet_cli.errors import OutputError
from movenet_cli.io.json_text import unescape_name
from movenet_cli.output.folder.fingerprint import has_changed, location_of
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.records import Entry
from movenet_cli.output.overlay.image import overlay_name

_NEAR: Final = 2
"""Folders to go up for a link that is relative, and holds when the whole tree is moved."""


class Places:
    """Answers for one results folder and one page."""

    def __init__(self, results: Path, page: Path, run: Mapping[str, Any]) -> None:
        """Read the journal.

        Args:
            results: the folder.
            page: the HTML file that will link.
            run: the content of `run.json`, asked for inputs that the journal does not know.
        """
        self._overlays = results / OVERLAY
        self._folder = os.path.realpath(page.parent)
        self._of_run = _paths(run)
        self._journal: Journal | None = None
        with contextlib.suppress(OutputError):  # the page shows what there is; `validate` tells what is wrong
            self._journal = Journal(results)

    def input(self, name: str) -> Path | None:
        """The file of an input; None when it is not known, or not there."""
        entry = self._entry(name)
        path = self._of_run.get(name) if entry is None or entry.path is None else entry.path
        return Path(path) if path is not None and _is_file(Path(path)) else None

    def has_changed(self, name: str, path: Path) -> bool:
        """Whether the file is seen to be another one than was annotated."""
        entry = self._entry(name)
        return entry is not None and entry.fingerprint is not None and has_changed(path, entry.fingerprint)

    def overlay(self, header: Header) -> Path | None:
        """The overlay of an input; None when there is none."""
        path = self._overlays / overlay_name(header.source, header.info.media)
        return path if _is_file(path) else None

    def link(self, path: Path) -> str:
        """What to write into `href`; relative when the file is near, so that both can be moved together."""
        absolute = location_of(path)
        try:
            relative = os.path.relpath(absolute, self._folder)
        except ValueError:  # another drive
            return Path(absolute).as_uri()
        parts = Path(relative).parts
        if parts.count("..") > _NEAR:
            return Path(absolute).as_uri()
        return "/".join(quote(os.fsencode(part)) for part in parts)

    def _entry(self, name: str) -> Entry | None:
        return None if self._journal is None else self._journal.get(name)


def _paths(run: Mapping[str, Any]) -> dict[str, str]:
    """The inputs that an account of a run lists, and where they were."""
    paths = {}
    files = run.get("files")
    for file in files if isinstance(files, list) else []:
        if isinstance(file, dict) and isinstance(file.get("path"), str):
            try:
                paths[unescape_name(str(file.get("source")))] = unescape_name(file["path"])
            except ValueError:
                continue
    return paths


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
