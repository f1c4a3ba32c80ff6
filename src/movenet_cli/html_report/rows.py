"""The rows of the page, one for each input: what is known of it as JSON, its thumbnail and curve as files."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any, Final

from movenet_cli.html_report.places import Places
from movenet_cli.html_report.side_files import SideFiles
from movenet_cli.html_report.statistics import InputReview, Statistics
from movenet_cli.html_report.thumbnails import Moment, Thumbnail, make_thumbnail
from movenet_cli.html_report.views import Person, hundredths
from movenet_cli.io.json_text import escape_name, plain_text, unescape_name

_CHUNK: Final = 500
"""Rows in a file."""

_AHEAD: Final = 32
"""Rows that may wait for their thumbnails."""


@dataclass(slots=True)
class Told:
    """What the run recorded, and is still to be told: by the input's name, why it failed, and notes."""

    failures: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def by(cls, run: Mapping[str, Any]) -> "Told":
        """The records of `run.json`, as far as they are ones."""
        told = cls()
        for name, text in _pairs(run, "failures", "reason"):
            told.failures.setdefault(name, []).append(text)
        for name, text in _pairs(run, "notes", "note"):
            told.notes.setdefault(name, []).append(text)
        return told

    def take(self, source: str) -> dict[str, Any]:
        """What is told of one input, once; version 0.1.0 recorded names as they are."""
        reasons, notes = (
            records.pop(escape_name(source), []) or records.pop(source, [])
            for records in (self.failures, self.notes)
        )
        told = {"reasons": reasons, "notes": notes}
        return {key: texts for key, texts in told.items() if texts}


@dataclass(frozen=True, slots=True)
class _Row:
    """A row whose thumbnail is being made."""

    name: str
    fields: dict[str, Any]
    people: list[Person] = field(default_factory=list)
    thumbnail: Future[Thumbnail | None] | None = None


class Rows:
    """Turns inputs into rows, and adds these to the side files as it goes.

    Args:
        statistics: of the results.
        places: where files are.
        files: where to put rows, thumbnails and curves.
        pool: threads that make thumbnails.

    Attributes:
        failed: how many inputs failed, or had frames that did.
        files: names of the files that hold the rows, in order.
    """

    def __init__(self, statistics: Statistics, places: Places, files: SideFiles, pool: Executor) -> None:
        self._told = Told.by(statistics.run)
        self._statistics = statistics
        self._places = places
        self._side = files
        self._pool = pool
        self._pending: deque[_Row] = deque()
        self._lines: list[str] = []
        self._count = 0
        self.failed = 0
        self.files: list[str] = []

    def add(self, review: InputReview) -> None:
        """The row of an input with results."""
        info, summary, source = review.header.info, review.summary, review.header.source
        path, overlay = self._places.input(source), self._places.overlay(review.header)
        fields: dict[str, Any] = {
            **self._link_to(source),
            "media": info.media,
            "width": info.width,
            "height": info.height,
            "frames": summary.frames,
            "empty": summary.empty,
            "failed": summary.failed,
            "changed": review.changed,
            "most": review.most_people,
            "score": hundredths(review.lowest),
            "seen": hundredths(review.header.thresholds.min_score),
            **self._told.take(source),
        }
        if summary.failed and "reasons" not in fields:
            fields["reasons"] = list(summary.reasons)
        if overlay is not None:
            fields["overlay"] = self._places.link(overlay)
        if review.curve is not None:
            fields |= {"strip": review.curve.strip(), "fps": info.fps, "start": review.start or 0.0}
            fields["details"] = review.curve.details(info)
        taken = None if "stale" in fields else path
        thumbnail = self._pool.submit(make_thumbnail, info, Moment.of(review), taken, overlay)
        people = [] if review.best is None else review.best.people(info)
        self._add(_Row(review.name, fields, people, thumbnail))

    def finish(self) -> None:
        """The rows of what could not be read, and of what the run tells besides."""
        for name, reason in self._statistics.broken:
            told = self._told.take(name)
            reasons = [reason, *told.get("reasons", [])]
            self._add(_Row(escape_name(name), {**self._link_to(name), **told, "reasons": reasons}))
        for name in [*self._told.failures, *self._told.notes]:
            told = self._told.take(name)
            if told:
                self._add(_Row(name, {**self._link_to(_unescaped(name)), **told}))
        while self._pending:
            self._write()
        if self._lines:
            self._flush()

    def _add(self, row: _Row) -> None:
        self._pending.append(row)
        if len(self._pending) > _AHEAD:
            self._write()

    def _write(self) -> None:
        """The row that waits longest: its thumbnail and curve as files, the rest as a line."""
        row = self._pending.popleft()
        number, fields = self._count, row.fields
        self._count += 1
        self.failed += "reasons" in fields
        thumbnail = None if row.thumbnail is None else row.thumbnail.result()
        if thumbnail is not None:
            self._side.add(f"{number}.jpg", thumbnail.data)
            fields |= {"thumbnail": True, "drawn": thumbnail.is_drawn}
        if row.people and not (thumbnail is not None and thumbnail.is_drawn):
            fields["people"] = row.people
        details = fields.pop("details", None)
        if details is not None:
            self._side.add(f"{number}.js", _json(details).encode())
        self._lines.append(_json({"id": number, "name": plain_text(row.name), **fields}))
        if len(self._lines) == _CHUNK:
            self._flush()

    def _flush(self) -> None:
        self.files.append(f"rows-{len(self.files)}.js")
        self._side.add(self.files[-1], ("[\n" + ",\n".join(self._lines) + "\n]").encode())
        self._lines.clear()

    def _link_to(self, source: str) -> dict[str, Any]:
        """The link to an input, and whether it is another file by now."""
        path = self._places.input(source)
        if path is None:
            return {}
        link = {"input": self._places.link(path)}
        return {**link, "stale": True} if self._places.has_changed(source, path) else link


def _pairs(run: Mapping[str, Any], key: str, text: str) -> Iterator[tuple[str, str]]:
    """The run's records under `key` as (source, text)."""
    records = run.get(key)
    for each in records if isinstance(records, list) else []:
        if isinstance(each, dict):
            yield str(each.get("source", "")), plain_text(str(each.get(text, "")))


def _unescaped(name: str) -> str:
    """The name that was escaped; as it is where it cannot have been, as in version 0.1.0."""
    try:
        return unescape_name(name)
    except ValueError:
        return name


def _json(value: object) -> str:
    """The value as JSON in which nothing ends a script."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
