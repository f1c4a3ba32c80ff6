"""The loop of the official tutorials: SavedModel, one frame at a time, everything in TensorFlow and OpenCV.

Run as `python -m benchmarks.tutorial INPUT SAVED_MODEL`; prints frames and the seconds of the loop
alone, without imports and loading.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import tensorflow as tf
import tensorflow_hub as hub


def frames(source: Path) -> Iterator[np.ndarray]:
    """BGR frames of a video, or of every image in a folder."""
    if source.is_dir():
        for path in sorted(source.iterdir()):
            yield cv2.imread(str(path))
        return
    capture = cv2.VideoCapture(str(source))
    while True:
        more, frame = capture.read()
        if not more:
            return
        yield frame


def main() -> None:
    """Run the loop."""
    source, folder = Path(sys.argv[1]), sys.argv[2]
    model = hub.load(folder)
    movenet = model.signatures["serving_default"]
    size = movenet.structured_input_signature[1]["input"].shape[1] or 256
    count, keypoints = 0, []
    started = time.perf_counter()
    for frame in frames(source):
        image = tf.expand_dims(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), axis=0)
        image = tf.cast(tf.image.resize_with_pad(image, size, size), dtype=tf.int32)
        keypoints.append(movenet(image)["output_0"].numpy())
        count += 1
    print(json.dumps({"frames": count, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
