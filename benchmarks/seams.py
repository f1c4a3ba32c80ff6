"""How alike a pursuit and one that started later are: `python -m benchmarks.seams MODEL VIDEO...`.

Every 20 frames a fresh pursuit starts. Printed for each video: the object keypoint similarity of both poses
in its sixth frame, from the lowest to the highest; `-` where only one of the two follows anybody.
"""

import sys
from pathlib import Path

import movenet_cli
from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.oks import similarity
from movenet_cli.core.types import Frame
from movenet_cli.inference.follow import Follow
from movenet_cli.inference.relay import WARM_UP
from movenet_cli.media.opening import open_source
from movenet_cli.models.interface import Runner
from movenet_cli.models.load import load_model
from movenet_cli.models.model_file import model_at

EVERY, FRAMES = 20, 240


def main(model: Path, videos: list[Path]) -> None:
    """Measure and print."""
    loaded = load_model(model_at(model), runtime="litert", device="cpu", batch_size=1)
    size, runner = loaded.info.input_size, loaded.runner()
    if size is None:
        raise SystemExit("a single-pose model, please")
    print(f"movenet-cli {movenet_cli.__version__}, {loaded.info.name}")
    for video in videos:
        found = seams(video, lambda: Follow(size, 0.3), runner)
        print(f"{video.name:<24}", " ".join("-" if each is None else f"{each:.2f}" for each in found))


def seams(video: Path, start, runner: Runner) -> list[float | None]:  # type: ignore[no-untyped-def]
    """The similarity at each seam, sorted; None first."""
    old, fresh, found = start(), [], []
    with open_source(InputFile(video, video.name), FrameRange(max_frames=FRAMES)) as source:
        for frame in source.frames():
            if not isinstance(frame, Frame):
                continue
            old.estimate([frame], [runner])
            if frame.index and frame.index % EVERY == 0:
                fresh.append((frame.index, start()))
            for begun, pursuer in fresh:
                if frame.index < begun + WARM_UP:
                    pursuer.estimate([frame], [runner])
                if frame.index == begun + WARM_UP - 1:
                    found.append(alike(old, pursuer))
    return sorted(found, key=lambda each: -1.0 if each is None else each)


def alike(old: Follow, fresh: Follow) -> float | None:
    """Of the two poses; 1 where neither follows anybody."""
    if not old.is_following or not fresh.is_following:
        return 1.0 if old.is_following == fresh.is_following else None
    return similarity(old.pursuit.pose.keypoints, fresh.pursuit.pose.keypoints)  # type: ignore[union-attr]


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]])
