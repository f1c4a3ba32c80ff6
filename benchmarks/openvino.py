"""LiteRT beside OpenVINO: the network alone, two copies with one thread each, in turn.

`pip install openvino`, then `python -m benchmarks.openvino MODEL.tflite [f32|bf16]`: the largest difference
of the outputs, and milliseconds a frame of each. bf16 needs a processor that has it (AVX-512 BF16 or AMX).
"""

import sys
import threading
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import openvino  # type: ignore[import-not-found,unused-ignore]  # not a dependency of the project
from ai_edge_litert.interpreter import Interpreter

COPIES, FRAMES, ROUNDS = 2, 60, 5

Network = Callable[[], np.ndarray]


def main(path: str, precision: str) -> None:
    """Measure and print."""
    core = openvino.Core()
    model = core.read_model(path)
    details = Interpreter(model_path=path).get_input_details()[0]
    image = np.random.default_rng(0).integers(0, 256, details["shape"]).astype(details["dtype"])

    def litert() -> Network:
        interpreter = Interpreter(model_path=path, num_threads=1)
        interpreter.allocate_tensors()
        output = interpreter.get_output_details()[0]["index"]

        def look() -> np.ndarray:
            interpreter.set_tensor(details["index"], image)
            interpreter.invoke()
            return np.asarray(interpreter.get_tensor(output))

        return look

    def vino() -> Network:
        options = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
        request = core.compile_model(model, "CPU", options).create_infer_request()

        def look() -> np.ndarray:
            request.infer({0: image})
            return np.array(request.get_output_tensor(0).data)

        return look

    print(f"largest difference of the outputs: {np.abs(litert()() - vino()()).max():.2g}")
    rounds = [(milliseconds(litert), milliseconds(vino)) for _ in range(ROUNDS)]
    ours, theirs = (median(values) for values in zip(*rounds, strict=True))
    print(f"LiteRT {ours:.1f} ms a frame, OpenVINO ({precision}) {theirs:.1f} ms: ratio {ours / theirs:.2f}")


def milliseconds(make: Callable[[], Network]) -> float:
    """Wall milliseconds a frame, all copies together."""
    networks = [make() for _ in range(COPIES)]
    for network in networks:
        network()
    threads = [threading.Thread(target=repeat, args=(network,)) for network in networks]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 1000 * (time.perf_counter() - started) / (COPIES * FRAMES)


def repeat(network: Network) -> None:
    """Look many times."""
    for _ in range(FRAMES):
        network()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "f32")
