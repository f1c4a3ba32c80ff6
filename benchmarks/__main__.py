"""`make bench`: a table of frames/s, CPU per frame, memory and start-up, and the same as JSON.

For models × runtimes × workloads, each of our runs stands next to (a) the tutorial loop and (b) the limit
of the machine: decoding alone plus inference alone (and for the row with overlays, encoding alone), in CPU
time, divided by the cores. All three take turns, so that a noisy machine is noisy to all; medians are shown.
Our figure includes starting the process, the tutorial's does not. `cpu_of_limit` compares CPU times: it can
be read where others use the machine, too. `start_s` is one small image from a cold start, model cached.
docs/speed.md says which row a change may not worsen.
"""

import argparse
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np

from benchmarks import media
from benchmarks.measure import Run, middle, run
from movenet_cli.settings import usable_cpus

PROJECT = Path(__file__).resolve().parent.parent

ONE_PASS: Final = ("--crop", "none", "--no-track")
QUICK: Final = {"frames": 600, "photos": 0, "small": 600, "repeat": 1}
"""What `--quick` measures: five minutes on two cores."""


@dataclass(frozen=True, slots=True)
class Workload:
    """One row for each model.

    Attributes:
        name: in the table.
        source: a video, or a folder of images or videos.
        frames: in all.
        arguments: of `movenet annotate`.
        limit: what stands beside the network in the limit.
        has_tutorial: whether the tutorial's loop does the same.
    """

    name: str
    source: Path
    frames: int
    arguments: tuple[str, ...] = ONE_PASS
    limit: Literal["decode", "encode"] = "decode"
    has_tutorial: bool = False


def main() -> None:
    """Measure and print."""
    options = _options()
    workloads = [each for each in _workloads(options) if not options.only or each.name in options.only]
    if not workloads:
        names = ", ".join(repr(each.name) for each in _workloads(options))
        raise SystemExit(f"there is no such workload; the workloads are {names}")
    models = [Path(path) for path in options.model] or _models(options.models_dir)
    small = sorted(media.jpegs(options.out / "small", find_images(options.images), 1, media.SMALL).iterdir())[
        0
    ]
    _show({name: name for name in COLUMNS})
    rows = []
    for model in models:
        for runtime in options.runtime if model.is_dir() else ["litert"]:
            _ours(small, model, runtime, ONE_PASS)  # prepares the model, fills the caches
            start = middle([_ours(small, model, runtime, ONE_PASS).wall for _ in range(5)])
            for workload in workloads:
                rows.append(_row(workload, model, runtime, options.repeat) | {"start_s": round(start, 2)})
                _show(rows[-1])
    report = options.out / "bench.json"
    report.write_text(json.dumps({"cpus": usable_cpus(), "rows": rows}, indent=2))
    print(f"figures as JSON: {report}")


def _workloads(options: argparse.Namespace) -> list[Workload]:
    images, out, frames = find_images(options.images), options.out, options.frames
    video = media.video(out / f"video-{frames}.mp4", images, frames)
    four = media.copies(
        out / f"four-{frames // 4}", media.video(out / f"video-{frames // 4}.mp4", images, frames // 4), 4
    )
    small = media.jpegs(out / f"small-{options.small}", images, options.small, media.SMALL)
    found = [
        Workload("1080p video", video, frames, has_tutorial=True),
        Workload("1080p video, defaults", video, frames, ()),
        Workload("four 1080p videos, defaults", four, frames // 4 * 4, ()),
        Workload("1080p video, overlay", video, frames, (*ONE_PASS, "--overlay"), "encode"),
        Workload("small JPEGs", small, options.small, (*ONE_PASS, "--engine", "threads"), has_tutorial=True),
        Workload("small JPEGs, processes", small, options.small, (*ONE_PASS, "--engine", "processes")),
    ]
    if options.photos:
        photos = media.jpegs(out / f"photos-{options.photos}", images, options.photos, media.PHOTO)
        found.insert(4, Workload("12-megapixel JPEGs", photos, options.photos, has_tutorial=True))
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    shared = PROJECT.parent / "shared"
    parser.add_argument("--out", type=Path, default=PROJECT / "bench-out")
    parser.add_argument(
        "--models-dir", type=Path, default=os.environ.get("MOVENET_TEST_MODELS", shared / "models")
    )
    parser.add_argument(
        "--model", action="append", default=[], help="a model instead of those of --models-dir"
    )
    parser.add_argument("--images", type=Path, default=PROJECT / "sample_images", help="what the media show")
    parser.add_argument("--runtime", action="append", default=[], help="litert or tensorflow; both, if none")
    parser.add_argument("--only", action="append", help="one of the workloads; may be given again")
    parser.add_argument("--quick", action="store_true", help="Lightning on LiteRT alone, once: five minutes")
    parser.add_argument("--frames", type=int, default=1200)
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    if options.quick:
        for name, value in QUICK.items():
            setattr(options, name, value)
        options.runtime = options.runtime or ["litert"]
        options.model = options.model or [str(_models(options.models_dir)[0])]
    options.runtime = options.runtime or ["litert", "tensorflow"]
    options.out.mkdir(parents=True, exist_ok=True)
    return options


def find_images(folder: Path) -> list[media.Pixels]:
    """The images of a folder: (H, W, 3) uint8 RGB each."""
    read = (cv2.imread(str(path)) for path in sorted(folder.iterdir()) if path.suffix in (".jpg", ".png"))
    found = [np.ascontiguousarray(pixels[:, :, ::-1]) for pixels in read if pixels is not None]
    if not found:
        raise SystemExit(f"there are no images in {folder}: name a folder with --images")
    return found


def _models(folder: Path) -> list[Path]:
    names = (
        "movenet_singlepose_lightning",
        "movenet_singlepose_lightning_int8.tflite",
        "movenet_singlepose_thunder_random",
        "movenet_multipose_lightning_random",
    )
    found = [folder / name for name in names if (folder / name).exists()]
    return found or [PROJECT / "src" / "movenet_cli" / "weights" / "mini.tflite"]


def _ours(source: Path, model: Path, runtime: str, arguments: tuple[str, ...]) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        return run(
            "movenet_cli", "annotate", str(source), "-m", str(model), "--runtime", runtime,
            "-o", folder, "-q", "--offline", "--no-config", *arguments,
        )  # fmt: skip


def _saved_model(model: Path) -> Path | None:
    """The SavedModel that the tutorial loop uses for this model."""
    folder = model if model.is_dir() else model.parent / model.stem.removesuffix("_int8")
    return folder if folder.is_dir() else None


def _row(workload: Workload, model: Path, runtime: str, repeat: int) -> dict[str, object]:
    ours, tutorial, limits = [], [], []
    source, frames = workload.source, workload.frames
    saved = _saved_model(model) if workload.has_tutorial else None
    cpus = usable_cpus()
    for _ in range(repeat):
        ours.append(_ours(source, model, runtime, workload.arguments))
        beside = run("benchmarks.limits", workload.limit, str(source)).said
        infer = run("benchmarks.limits", "infer", str(model), runtime, str(cpus)).said
        limits.append((beside["cpu"] / beside["frames"] + infer["cpu"] / infer["frames"]) / cpus)
        if saved is not None:
            said = run("benchmarks.tutorial", str(source), str(saved)).said
            tutorial.append(said["seconds"] / said["frames"])
    each = [one.wall / frames for one in ours]
    cpu = [one.cpu / frames for one in ours]
    row = {
        "model": model.name,
        "runtime": runtime,
        "workload": workload.name,
        "frames": frames,
        "frames_per_second": round(1 / middle(each), 1),
        "cpu_ms_per_frame": round(1000 * middle(cpu), 2),
        "peak_mb": round(middle([one.memory for one in ours])),
        "of_limit": round(middle([limit / mine for limit, mine in zip(limits, each, strict=True)]), 2),
        "cpu_of_limit": round(
            middle([limit * cpus / mine for limit, mine in zip(limits, cpu, strict=True)]), 2
        ),
        "limit_frames_per_second": round(1 / middle(limits), 1),
    }
    if tutorial:
        row["times_tutorial"] = round(middle([t / mine for t, mine in zip(tutorial, each, strict=True)]), 2)
        row["tutorial_frames_per_second"] = round(1 / middle(tutorial), 1)
    return row


COLUMNS = {
    "model": 41,
    "runtime": 11,
    "workload": 29,
    "frames_per_second": 18,
    "cpu_ms_per_frame": 17,
    "peak_mb": 8,
    "of_limit": 9,
    "cpu_of_limit": 13,
    "times_tutorial": 15,
    "start_s": 8,
}
"""What the table shows, and how wide."""


def _show(row: dict[str, object]) -> None:
    print(" ".join(f"{row.get(name, '-'):<{width}}" for name, width in COLUMNS.items()), flush=True)


if __name__ == "__main__":
    main()
