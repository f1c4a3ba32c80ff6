"""The costs that nobody can avoid, each alone: decoding the input, running the network, encoding an overlay.

`python -m benchmarks.limits decode INPUT`, `… encode VIDEO` (decoding included) and `… infer MODEL RUNTIME
WORKERS` print frames and CPU seconds.
"""

import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.frame import PictureType

from movenet_cli.core.types import Size
from movenet_cli.media.image.jpeg import decode_jpeg
from movenet_cli.models.load import load_model
from movenet_cli.models.model_file import model_at
from movenet_cli.output.overlay.mp4 import Mp4Writer
from movenet_cli.output.overlay.source_streams import SourceStreams
from movenet_cli.output.overlay.video_frames import FrameShape
from movenet_cli.settings import Runtime

INFERENCES = 150
"""Calls of each worker."""


def decode(source: Path) -> dict[str, float]:
    """Decode every frame and do nothing with it: videos without colour conversion, JPEGs whole."""
    started, count = time.process_time(), 0
    for path in sorted(source.iterdir()) if source.is_dir() else [source]:
        if path.suffix == ".jpg":
            decode_jpeg(path.read_bytes())
            count += 1
            continue
        with av.open(str(path)) as container:
            container.streams.video[0].thread_type = "AUTO"
            count += sum(1 for _ in container.decode(video=0))
    return {"frames": count, "cpu": time.process_time() - started}


def encode(source: Path) -> dict[str, float]:
    """Decode a video and encode its frames, unpainted, as an overlay is, sound and all."""
    started, count = time.process_time(), 0
    with tempfile.TemporaryDirectory() as folder, av.open(str(source)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        shape = FrameShape(stream.width, stream.height, is_full_range=False, chroma_location=None)
        path, streams = Path(folder, "overlay.mp4"), SourceStreams(source, 0.0, 0)
        writer = Mp4Writer(path, path, shape, streams)
        for frame in container.decode(stream):
            frame.pict_type = PictureType.NONE  # the encoder chooses, as it does for an overlay
            at, count = frame.time or 0.0, count + 1
            writer.write(frame, at)
        writer.finish(at)
        writer.close()
        streams.close()
    return {"frames": count, "cpu": time.process_time() - started}


def infer(model: Path, runtime: Runtime, workers: int) -> dict[str, float]:
    """Run the network in `workers` threads at once, each with a copy of one thread, as `annotate` does."""
    loaded = load_model(model_at(model), runtime=runtime, device="cpu", batch_size=1)
    size = loaded.info.input_size or Size(256, 160)
    runners = [loaded.runner() for _ in range(workers)]
    batch = np.random.default_rng(0).integers(0, 256, (1, *size.shape, 3), np.uint8)
    for runner in runners:
        runner.run(batch)
    started = time.process_time()
    threads = [threading.Thread(target=_repeat, args=(runner, batch)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"frames": workers * INFERENCES, "cpu": time.process_time() - started}


def _repeat(runner, batch) -> None:  # type: ignore[no-untyped-def]
    for _ in range(INFERENCES):
        runner.run(batch)


if __name__ == "__main__":
    if sys.argv[1] in ("decode", "encode"):
        print(json.dumps((decode if sys.argv[1] == "decode" else encode)(Path(sys.argv[2]))))
    else:
        print(json.dumps(infer(Path(sys.argv[2]), cast(Runtime, sys.argv[3]), int(sys.argv[4]))))
