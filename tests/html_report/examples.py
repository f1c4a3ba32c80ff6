"""Results to make pages of, and their media."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.results import Header
from movenet_cli.core.types import FrameResult
from tests.output.formats.examples import pose, video_header
from tests.output.overlay.clips import frame, image, make_clip, overlay

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;.jpg"


def small_video(name: str) -> Header:
    return replace(video_header(name), info=SourceInfo("video", 64, 48, 0, 25.0, 100))


def make_coloured_clip(path: Path, count: int, green_from: int) -> Path:
    """A video without sound; blue, then green."""
    path.parent.mkdir(parents=True, exist_ok=True)
    blue, green = image((30, 30, 200)), image((30, 200, 30))
    items = [frame(n, n / 25, blue if n < green_from else green) for n in range(count)]
    source = make_clip(path.with_suffix(".mkv"), [0.0])
    made = overlay(path, source, items)
    source.unlink()
    return made


def with_run(folder: Path, **run: object) -> Path:
    (folder / "run.json").write_text(json.dumps({"schema": "movenet-cli/run-1", **run}))
    return folder


def long_video(count: int) -> Iterator[FrameResult]:
    person, nobody = pose(1, low=0.5), pose(2, high=0.2, box=None)
    for index in range(count):
        if index == count // 2:
            yield FrameResult(index, index / 25, "failed", (), "frame could not be decoded")
        elif index < count // 4:
            yield FrameResult(index, index / 25, "empty", (nobody,))
        else:
            yield FrameResult(index, index / 25, "ok", (person,))
