"""What a reader of a report page sees, what a browser would do with it, and the data in and beside it."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from movenet_cli.html_report.page import write_report


class Page(HTMLParser):
    """A page of `movenet report`, parsed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.html = path.read_text("utf-8")
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            attrs, text = self.scripts.pop()
            self.scripts.append((attrs, text + data))
        elif self.cdata_elem is None:
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(filter(None, self.words))

    @property
    def files(self) -> dict[str, str]:
        """Thumbnails, as addresses, and data, as JSON, by name; from the page or from beside it."""
        listed = self._json("files")
        inline = {str(attrs["data-file"]): text for attrs, text in self.scripts if "data-file" in attrs}
        if listed["folder"] is None:
            return inline
        assert not inline
        folder = self.path.parent / unquote(listed["folder"])
        return {path.name: _content(path) for path in sorted(folder.iterdir())}

    @property
    def rows(self) -> list[dict[str, Any]]:
        files = self.files
        return [row for name in self._json("files")["rows"] for row in json.loads(files[name])]

    def row(self, name: str) -> dict[str, Any]:
        (found,) = [row for row in self.rows if row["name"] == name]
        return found

    def columns(self, name: str) -> list[dict[str, Any]]:
        columns: list[dict[str, Any]] = json.loads(self.files[f"{self.row(name)['id']}.js"])["columns"]
        return columns

    def attributes(self, name: str) -> list[str]:
        return [value or "" for _, attrs in self.tags for key, value in attrs.items() if key == name]

    def _json(self, name: str) -> Any:
        (text,) = [text for attrs, text in self.scripts if attrs.get("id") == name]
        return json.loads(text)


def report(results: Path, out: Path | None = None) -> Page:
    """The page of a results folder."""
    page = out or results / "report.html"
    write_report(results, page)
    return Page(page)


def _content(path: Path) -> str:
    if path.suffix == ".jpg":
        assert path.read_bytes().startswith(b"\xff\xd8")
        return path.as_uri()
    return path.read_text("utf-8").partition(" = ")[2].removesuffix(";\n")
