"""``python -m training.synthesis``: CC0 bodies and a seed go in, shards of synthetic people come out."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from training.synthesis.shards import plan, write_shards


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    options = argparse.ArgumentParser(
        prog="python -m training.synthesis", description="Render synthetic people with exact COCO keypoints."
    )
    options.add_argument("--bodies", type=Path, required=True, help="folder of MakeHuman's CC0 bodies")
    options.add_argument("--out", type=Path, required=True, help="folder for the shards")
    options.add_argument("--count", type=int, required=True, help="how many people")
    options.add_argument(
        "--seed", type=int, default=0, help="number of the first person; person i depends on seed + i alone"
    )
    options.add_argument("--workers", type=int, default=1, help="processes at work")
    options.add_argument(
        "--wardrobe",
        choices=["train", "heldout"],
        default="train",
        help="which clothes and hair to draw from",
    )
    return options


def main() -> int:
    """Write the shards that are missing; 2 when the folder of bodies is not one."""
    options = parser().parse_args()
    if not (options.bodies / "base.obj").is_file():
        print(
            f"{options.bodies} holds no base.obj: give the folder of MakeHuman's CC0 bodies", file=sys.stderr
        )
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    jobs = plan(options.bodies, options.wardrobe, options.out, options.count, options.seed)
    start, done = time.monotonic(), 0
    for job, path in zip(jobs, write_shards(jobs, options.workers), strict=True):
        done += job.count
        print(f"{path}  {done / (time.monotonic() - start):.0f} pictures/s", flush=True)
    print(f"{done} pictures written to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
