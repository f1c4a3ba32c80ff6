"""Statistics of a results folder to the HTML of each section; every text from outside is escaped."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from movenet_cli.core.wording import counted
from movenet_cli.html_report.charts import histogram, keypoint_bars, timeline
from movenet_cli.html_report.statistics import InputStatistics, ScoreStatistics, Statistics
from movenet_cli.html_report.thumbnails import thumbnail
from movenet_cli.io.json_text import escape_name
from movenet_cli.output.overlay.image import overlay_name

_MOST_ROWS: Final = 500
_MOST_IMAGES: Final = 50
_MOST_PICTURES: Final = 24
_LONGEST_FACT: Final = 24


def figures(statistics: Statistics) -> str:
    """The counts that sum it all up."""
    frames = statistics.frames
    total = max(1, frames.frames)
    lost = len(_failures(statistics))
    cards = [
        (f"{len(statistics.inputs):,}", "inputs with results", ""),
        (f"{frames.frames:,}", "frames", ""),
        (f"{frames.ok:,}", f"with people ({frames.ok / total:.1%})", ""),
        (f"{frames.empty:,}", f"without anybody ({frames.empty / total:.1%})", ""),
        (f"{statistics.scores.people:,}", "poses seen", ""),
        (f"{frames.failed:,}", "frames failed", "bad" if frames.failed else ""),
        (f"{lost:,}", "failures recorded", "bad" if lost else ""),
    ]
    return (
        '<section class="figures">'
        + "".join(
            f'<div class="{kind}"><b>{number}</b><span>{label}</span></div>' for number, label, kind in cards
        )
        + "</section>"
    )


def state(statistics: Statistics) -> str:
    """A warning when the run did not come to its end; nothing when it did."""
    if statistics.run.get("complete") is not False:
        return ""
    return (
        '<section class="warning">The run was stopped before its end: not every input is in here. '
        "Run the same command again to do the rest.</section>"
    )


def scores(statistics: Statistics) -> str:
    """Histogram of person scores, mean scores of keypoints."""
    found = statistics.scores
    if not found.people:
        return _section("Scores", "Nobody was seen.", "")
    bars = histogram(found.histogram.tolist(), "poses")
    poses = _section("Scores of poses", "How sure the model is of each person seen, from 0 to 1.", bars)
    return f'<div class="pair">{poses}{_keypoint_scores(found)}</div>'


def _keypoint_scores(found: ScoreStatistics) -> str:
    title = "Scores of keypoints"
    if not found.scored:
        note = "COCO does not hold them; annotate with --format json in addition to see them."
        return _section(title, note, "")
    note = "Means over the people seen; the person's right is on the left, as one meets it."
    bars = keypoint_bars(found.keypoint_scores / found.scored, found.keypoints_seen / found.people)
    return _section(title, note, bars)


def gallery(statistics: Statistics, overlays: Path) -> str:
    """Overlays of inputs spread evenly over the run, a video at its best frame."""
    seen = [each for each in statistics.inputs if each.summary.ok and _overlay(each, overlays).is_file()]
    if not seen:
        return _section("Images", "No overlays are here; annotate with --overlay to see some.", "")
    step = max(1.0, len(seen) / _MOST_PICTURES)
    chosen = [seen[int(place * step)] for place in range(min(len(seen), _MOST_PICTURES))]
    images = []
    for each in chosen:
        data = thumbnail(_overlay(each, overlays), each.best.offset)
        if data is not None:
            name = escape(_name(each))
            images.append(
                f'<figure><img src="{data}" alt="Overlay of {name}" loading="lazy">'
                f'<figcaption title="{name}">{name}</figcaption></figure>'
            )
    note = f"{len(images):,} of {len(seen):,} with people, spread evenly; of a video its surest frame."
    return _section("Images", note, f'<div class="gallery">{"".join(images)}</div>')


def videos(statistics: Statistics) -> str:
    """A strip along each video; nothing without videos."""
    found = [(each, each.timeline) for each in statistics.inputs if each.timeline is not None]
    if not found:
        return ""
    rows = [
        f"<tr><td>{escape(_name(each))}</td>{_counts(each)}{_number(each.most_people)}"
        f'<td class="strip">{timeline(frames.columns())}</td></tr>'
        for each, frames in found[:_MOST_ROWS]
    ]
    legend = (
        'From first to last frame:<span class="key ok"></span>somebody seen<span class="key"></span>nobody'
        '<span class="key failed"></span>failed.'
    )
    heads = ("Video", "#Frames", "#With people", "#Empty", "#Failed", "#Most at once", "Timeline")
    return _section("Videos", legend, _table(heads, rows, len(found), "videos"))


def images(statistics: Statistics) -> str:
    """One row of counts over all images; nothing without images."""
    found = [each for each in statistics.inputs if each.timeline is None]
    if not found:
        return ""
    best = sorted((each for each in found if each.best.score >= 0), key=lambda each: each.best.score)
    rows = [
        f"<tr><td>{escape(_name(each))}</td>{_number(each.header.info.width)}{_number(each.header.info.height)}"
        f'{_number(each.most_people)}<td class="number">{each.best.score:.2f}</td></tr>'
        for each in best[:_MOST_IMAGES]
    ]
    empty = len(found) - len(best)
    note = (
        f"{counted(len(found), 'image')}, {empty:,} without anybody. Those with people, the least sure first:"
    )
    heads = ("Image", "#Width", "#Height", "#People", "#Best score")
    return _section("Images", note, _table(heads, rows, len(best), "images"))


def failures(statistics: Statistics) -> str:
    """What failed and why, and remarks; nothing when there is nothing to say."""
    parts = []
    for title, rows in (
        ("Failures", _failures(statistics)),
        ("Remarks", _pairs(statistics.run, "notes", "note")),
    ):
        if rows:
            cells = [
                f"<tr><td>{escape(name)}</td><td>{escape(text)}</td></tr>" for name, text in rows[:_MOST_ROWS]
            ]
            parts.append(_section(title, "", _table(("Input", "What"), cells, len(rows), title.lower())))
    return "".join(parts)


def facts(statistics: Statistics) -> str:
    """Model, options, versions and times, as the run recorded them."""
    run = statistics.run
    model = dict(_mapping(run, "model")) or _model_of(statistics)
    groups = (
        ("Model", model),
        ("Options", _mapping(run, "options")),
        ("Time", _mapping(run, "timings")),
        ("Versions", {**_tool(run), **_mapping(run, "libraries"), "python": run.get("python")}),
    )
    sections = [
        _section(title, "", "<dl>" + "".join(_fact(key, value) for key, value in values.items()) + "</dl>")
        for title, values in groups
        if any(value is not None for value in values.values())
    ]
    return "".join(sections)


def _failures(statistics: Statistics) -> list[tuple[str, str]]:
    raw = {each.header.source: _name(each) for each in statistics.inputs}
    recorded = [(raw.get(name, name), what) for name, what in _pairs(statistics.run, "failures", "reason")]
    names = {name for name, _ in recorded}
    unrecorded = [
        (_name(each), "; ".join(each.summary.reasons))
        for each in statistics.inputs
        if each.summary.failed and _name(each) not in names
    ]
    broken = [(escape_name(name), reason) for name, reason in statistics.broken]
    return sorted(recorded + unrecorded + broken)


def _pairs(run: Mapping[str, Any], key: str, text: str) -> list[tuple[str, str]]:
    """The run's records under `key` as (source, text)."""
    records = run.get(key)
    if not isinstance(records, list):
        return []
    return [
        (str(each.get("source", "")), str(each.get(text, ""))) for each in records if isinstance(each, dict)
    ]


def _model_of(statistics: Statistics) -> dict[str, object]:
    model = statistics.model
    if model is None:
        return {}
    return {"name": model.name, "kind": model.kind, "sha256": model.sha256}


def _tool(run: Mapping[str, Any]) -> dict[str, object]:
    tool = _mapping(run, "tool")
    return {str(tool["name"]): tool.get("version")} if "name" in tool else {}


def _mapping(run: Mapping[str, Any], key: str) -> Mapping[str, object]:
    value = run.get(key)
    return value if isinstance(value, dict) else {}


def _fact(key: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, list):
        text = ", ".join(map(str, value))
    else:
        text = f"{value:,}" if isinstance(value, int | float) else str(value)
    short = text if len(text) <= _LONGEST_FACT else f"{text[:_LONGEST_FACT]}…"
    label = escape(key.replace("_", " "))
    return f'<div><dt>{label}</dt><dd title="{escape(text)}">{escape(short)}</dd></div>'


def _section(title: str, note: str, body: str) -> str:
    remark = f'<p class="note">{note}</p>' if note else ""
    return f"<section><h2>{title}</h2>{remark}{body}</section>"


def _table(heads: Sequence[str], rows: Sequence[str], total: int, noun: str) -> str:
    """Rows under their heads; a head that begins with # stands over numbers."""
    cells = "".join(
        f'<th class="number">{head[1:]}</th>' if head.startswith("#") else f"<th>{head}</th>"
        for head in heads
    )
    left_out = total - len(rows)
    more = f'<p class="more">{left_out:,} more {noun} are not listed here.</p>' if left_out > 0 else ""
    table = f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="scroll">{table}</div>{more}'


def _counts(each: InputStatistics) -> str:
    summary = each.summary
    counts: Iterable[int] = (summary.frames, summary.ok, summary.empty)
    return "".join(map(_number, counts)) + _number(summary.failed, "bad")


def _number(count: int, kind: str = "") -> str:
    return f'<td class="number {kind if count else "zero"}">{count:,}</td>'


def _name(each: InputStatistics) -> str:
    return escape_name(each.header.source)


def _overlay(each: InputStatistics, overlays: Path) -> Path:
    return overlays / overlay_name(each.header.source, each.header.info.media)
