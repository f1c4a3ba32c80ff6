"""What CVAT's two files of annotations, XML 1.1, have in common: the skeleton, its labels, a person's points.

A keypoint that does not reach the threshold, or lies outside of the image, is `outside` in CVAT's sense: its
place is kept, but it does not count as annotated.
"""

import json
import re
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from movenet_cli.core.skeleton import EDGE_INDICES, KEYPOINT_NAMES
from movenet_cli.core.types import Size
from movenet_cli.results.export.interface import Person

LABEL: Final = "person"

_FIGURE: Final = (
    *((50, 14), (53, 11), (47, 11), (57, 13), (43, 13), (62, 26), (38, 26), (68, 41), (32, 41)),
    *((72, 55), (28, 55), (58, 55), (42, 55), (60, 74), (40, 74), (61, 93), (39, 93)),
)
"""Somebody who stands and faces us, percent of the drawing: how CVAT shows the skeleton's template."""

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _svg() -> str:
    lines = (
        f'<line x1="{_FIGURE[a][0]}" y1="{_FIGURE[a][1]}" x2="{_FIGURE[b][0]}" y2="{_FIGURE[b][1]}" '
        f'data-type="edge" data-node-from="{a + 1}" data-node-to="{b + 1}"></line>'
        for a, b in EDGE_INDICES
    )
    circles = (
        f'<circle r="0.75" cx="{x}" cy="{y}" data-type="element node" data-element-id="{number}" '
        f'data-node-id="{number}" data-label-name="{name}"></circle>'
        for number, (name, (x, y)) in enumerate(zip(KEYPOINT_NAMES, _FIGURE, strict=True), 1)
    )
    return "".join([*lines, *circles])


def write_labels(folder: Path) -> None:
    """Write `labels.json`, which the raw editor of a task's labels takes."""
    points: list[dict[str, object]] = [
        {"name": name, "type": "points", "attributes": []} for name in KEYPOINT_NAMES
    ]
    label = {"name": LABEL, "type": "skeleton", "attributes": [], "sublabels": points, "svg": _svg()}
    (folder / "labels.json").write_text(json.dumps([label], indent=1) + "\n", "ascii")


def _text(value: object) -> str:
    """Text that XML can hold; what it cannot is written as an escape."""
    return _NOT_XML.sub(lambda match: f"\\x{ord(match[0]):02x}", str(value))


def tag(element: str, /, **attributes: object) -> str:
    """The beginning of an element, without its closing bracket."""
    return f"<{element}" + "".join(f" {key}={quoteattr(_text(value))}" for key, value in attributes.items())


def head(name: str, mode: str, size: Size | None = None) -> str:
    """The beginning of a file, up to the first image or track."""
    names = [f"<label><name>{LABEL}</name><type>skeleton</type><svg>{escape(_svg())}</svg></label>"]
    names += [
        f"<label><name>{each}</name><type>points</type><parent>{LABEL}</parent></label>"
        for each in KEYPOINT_NAMES
    ]
    original = ""
    if size is not None:
        original = f"<original_size><width>{size.width}</width><height>{size.height}</height></original_size>"
    labels = "\n".join(names)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n<meta>\n'
        f"<task><id>0</id><name>{escape(_text(name))}</name><mode>{mode}</mode>{original}\n"
        f"<labels>\n{labels}\n</labels></task>\n</meta>\n"
    )


def points_of(person: Person, size: Size, *, hidden: bool = False, **attributes: object) -> str:
    """The elements of a skeleton, a line each; all of them `outside` when the person is not there."""
    lines = []
    for name, (x, y, _), seen in zip(KEYPOINT_NAMES, person.keypoints, person.seen, strict=True):
        shown = seen and not hidden and 0 <= x <= size.width and 0 <= y <= size.height
        start = tag("points", label=name, source="auto", outside=int(not shown), occluded=0, **attributes)
        lines.append(f'{start} points="{x:.2f},{y:.2f}"></points>\n')
    return "".join(lines)
