"""The rows of the page, one for each input: what is known of it as JSON, its thumbnail and curve as files."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from movenet_cli.core.types import Size
from movenet_cli.html_report.places import Places
from movenet_cli.html_report.side_files import SideFiles
from movenet_cli.html_report.statistics import InputReview, Statistics
from movenet_cli.html_report.thumbnails import image_thumbnail, video_thumbnail
from movenet_cli.html_report.views import hundredths
from movenet_cli.io.json_text import escape_name, plain_text

_CHUNK: Final = 500
"""Rows in a file."""


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


class Rows:
    """Turns inputs into rows, and adds these to the side files as it goes.

    Attributes:
        failed: how many inputs failed, or had frames that did.
        files: names of the files that hold the rows, in order.
    """

    def __init__(self, statistics: Statistics, places: Places, files: SideFiles) -> None:
        self._told = Told.by(statistics.run)
        self._statistics = statistics
        self._places = places
        self._side = files
        self._lines: list[str] = []
        self._count = 0
        self.failed = 0
        self.files: list[str] = []

    def add(self, review: InputReview) -> None:
        """The row of an input with results."""
        info, summary = review.header.info, review.summary
        fields: dict[str, Any] = {
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
            **self._told.take(review.header.source),
        }
        if summary.failed and "reasons" not in fields:
            fields["reasons"] = list(summary.reasons)
        if review.curve is not None:
            fields |= {"strip": review.curve.strip(), "fps": info.fps, "start": review.start or 0.0}
            self._side.add(f"{self._count}.js", _json(review.curve.details()).encode())
        self._add(review.name, {**fields, **self._pictures(review)})

    def finish(self) -> None:
        """The rows of what could not be read, and of what the run tells besides."""
        for name, reason in self._statistics.broken:
            told = self._told.take(name)
            self._add(escape_name(name), {**told, "reasons": [reason, *told.get("reasons", [])]})
        for name in [*self._told.failures, *self._told.notes]:
            told = self._told.take(name)
            if told:
                self._add(name, told)
        if self._lines:
            self._flush()

    def _add(self, name: str, fields: Mapping[str, Any]) -> None:
        self.failed += bool(fields.get("reasons"))
        self._lines.append(_json({"id": self._count, "name": name, **fields}))
        self._count += 1
        if len(self._lines) == _CHUNK:
            self._flush()

    def _flush(self) -> None:
        self.files.append(f"rows-{len(self.files)}.js")
        self._side.add(self.files[-1], ("[\n" + ",\n".join(self._lines) + "\n]").encode())
        self._lines.clear()

    def _pictures(self, review: InputReview) -> dict[str, Any]:
        """Links, and the thumbnail with the people in it."""
        fields: dict[str, Any] = {}
        found, overlay = self._places.input(review.header.source), self._places.overlay(review.header)
        if found is not None:
            fields["input"] = self._places.link(found[0])
            if not found[1]:
                fields["stale"] = True
        if overlay is not None:
            fields["overlay"] = self._places.link(overlay)
        path = found[0] if found is not None and found[1] else None
        for data, is_drawn in _thumbnails(review, path, overlay):
            if data is not None:
                self._side.add(f"{self._count}.jpg", data)
                fields |= {"thumbnail": True, "drawn": is_drawn}
                break
        if review.best is not None and not fields.get("drawn"):
            fields["people"] = list(review.best.people)
        return fields


def _thumbnails(
    review: InputReview, path: Path | None, overlay: Path | None
) -> Iterator[tuple[bytes | None, bool]]:
    """What may serve as a thumbnail, and whether people are drawn in it; the best first, each made when asked."""
    info = review.header.info
    size = Size(info.width, info.height)
    time, start = review.best.time if review.best is not None else review.start, review.start or 0.0
    if info.media == "image":
        if path is not None:
            yield image_thumbnail(path, size), False
        if overlay is not None:
            yield image_thumbnail(overlay, size), True
        return
    # Without times nobody knows which frame the skeleton belongs to.
    if path is not None and time is not None:
        yield video_thumbnail(path, size, time, info.rotation), False
    if overlay is not None:
        yield video_thumbnail(overlay, size, (time or 0.0) - start), True
    if path is not None and time is None:
        yield video_thumbnail(path, size, 0.0, info.rotation), True


def _pairs(run: Mapping[str, Any], key: str, text: str) -> Iterator[tuple[str, str]]:
    """The run's records under `key` as (source, text)."""
    records = run.get(key)
    for each in records if isinstance(records, list) else []:
        if isinstance(each, dict):
            yield str(each.get("source", "")), str(each.get(text, ""))


def _json(value: object) -> str:
    """The value for a script: nothing in it ends one, and half characters are spelled out."""
    return plain_text(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))).replace(
        "<", "\\u003c"
    )
