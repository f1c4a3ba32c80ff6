"""A long run, watched: does memory grow, do files stay open, does it get slower?

`python -m benchmarks.soak --model MODEL` annotates a 30-minute 1080p video (a short one, looped) and
20,000 images, looks at the process every second, and compares the second tenth of the run with its last
tenth.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import av

from benchmarks import media
from benchmarks.__main__ import PROJECT, find_images

CLIP_SECONDS = 30
RATE = 30


@dataclass(frozen=True, slots=True)
class Look:
    """The process at one moment: seconds since the start, megabytes, open files, threads, frames done."""

    seconds: float
    memory: float
    files: int
    threads: int
    frames: int


def main() -> None:
    """Run both soaks and print what was seen."""
    options = _options()
    images = find_images(options.images)
    clip = media.video(options.out / "clip.mp4", images, CLIP_SECONDS * RATE)
    film = loop(clip, options.out / f"film-{options.minutes}.mp4", options.minutes * 60 // CLIP_SECONDS)
    photos = many(
        media.jpegs(options.out / "small", images, 600, media.SMALL), options.out / "many", options.images
    )
    report = {}
    for name, source in (("video", film), ("images", photos)):
        report[name] = _summary(watch(source, options.model, options.extra))
        print(name, json.dumps(report[name], indent=2), flush=True)
    (options.out / "soak.json").write_text(json.dumps(report, indent=2))


def loop(clip: Path, film: Path, times: int) -> Path:
    """The clip, so many times one after the other, not encoded again."""
    if film.exists():
        return film
    unfinished = film.with_suffix(".part")
    with av.open(str(unfinished), "w", format="mp4") as out:
        stream, shift = None, 0
        for _ in range(times):
            with av.open(str(clip)) as container:
                source = container.streams.video[0]
                stream = stream or out.add_stream_from_template(source)
                end = 0
                for packet in container.demux(source):
                    if packet.dts is None:
                        continue
                    end = max(end, packet.pts + packet.duration)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = stream
                    out.mux(packet)
                shift += end
    unfinished.replace(film)
    return film


def many(folder: Path, target: Path, count: int) -> Path:
    """A folder of so many images: links to a few hundred."""
    target.mkdir(exist_ok=True)
    originals = sorted(folder.iterdir())
    for index in range(count):
        link = target / f"{index:06}.jpg"
        if not link.exists():
            os.link(originals[index % len(originals)], link)
    return target


def watch(source: Path, model: str, extra: Sequence[str]) -> list[Look]:
    """Annotate in a process of its own and look at it once a second."""
    results = Path(tempfile.mkdtemp(prefix="soak-"))
    progress = results / "progress"
    command = [
        sys.executable,
        "-m",
        "movenet_cli",
        "annotate",
        str(source),
        "-m",
        model,
        "-o",
        str(results / "out"),
    ]
    looks: list[Look] = []
    try:
        with progress.open("wb") as stream:
            process = subprocess.Popen([*command, "--progress", "json", *extra], stderr=stream)
        started = time.monotonic()
        while process.poll() is None:
            time.sleep(1)
            if (look := _look(process.pid, time.monotonic() - started, progress)) is not None:
                looks.append(look)
        if process.returncode:
            raise SystemExit(f"annotate ended with {process.returncode}: {progress.read_text()[-1000:]}")
    finally:
        shutil.rmtree(results)
    return looks


def _look(pid: int, seconds: float, progress: Path) -> Look | None:
    try:
        status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        memory = int(status["VmRSS"].split()[0]) / 1024
    except (OSError, KeyError):
        return None
    lines = [line for line in progress.read_text().splitlines() if line.startswith("{")]
    frames = json.loads(lines[-1])["frames"] if lines else 0
    return Look(seconds, memory, files, int(status["Threads"]), frames)


def _summary(looks: Sequence[Look]) -> dict[str, object]:
    tenth = max(2, len(looks) // 10)
    early, late = looks[tenth : 2 * tenth], looks[-tenth - 2 : -2]
    return {
        "frames": looks[-1].frames,
        "seconds": round(looks[-1].seconds),
        "second tenth": _part(early),
        "last tenth": _part(late),
        "peak_mb": round(max(look.memory for look in looks)),
    }


def _part(looks: Sequence[Look]) -> dict[str, float]:
    rate = (looks[-1].frames - looks[0].frames) / max(looks[-1].seconds - looks[0].seconds, 1e-9)
    return {
        "memory_mb": round(median(look.memory for look in looks)),
        "open_files": median(look.files for look in looks),
        "threads": median(look.threads for look in looks),
        "frames_per_second": round(rate, 1),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--out", type=Path, default=PROJECT / "bench-out")
    parser.add_argument("--images", type=Path, default=PROJECT / "sample_images", help="what the media show")
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("extra", nargs="*", help="further options of annotate, after --")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    main()
