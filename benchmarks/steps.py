"""Where the CPU time of `annotate` goes, step by step: `python -m benchmarks.steps INPUT MODEL`.

Each step is one function of the package, timed by the CPU clock of the thread it runs in, so that waiting
does not count. What FFmpeg's threads do, the start and everything not named is in the last lines.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from movenet_cli.cli.main import run
from movenet_cli.inference import whole
from movenet_cli.io import atomic as files
from movenet_cli.media import opening
from movenet_cli.media.image import source as images
from movenet_cli.media.video import source as video
from movenet_cli.models import litert
from movenet_cli.output.folder import folder_outputs as folder
from movenet_cli.output.formats import text_sink as textsink

STEPS: tuple[tuple[str, Any, str], ...] = (
    ("hash the input", folder.FolderOutputs, "begin"),
    ("read the header", opening, "read_header"),
    ("decode the JPEG", images, "decode_jpeg"),
    ("hand over a video frame", video.VideoSource, "_frame"),
    ("sample the network's input", whole, "model_input"),
    ("run the network", litert.LitertRunner, "run"),
    ("decode its output", whole, "decode_single"),
    ("create the result file", files.AtomicFile, "__init__"),
    ("encode the result", textsink.TextSink, "write"),
    ("flush and rename the file", files.AtomicFile, "close"),
    ("enter it in the journal", folder.FolderOutputs, "finished"),
)


class Clock:
    """CPU seconds that a function took, over all its calls in all threads."""

    def __init__(self, owner: Any, name: str) -> None:
        self.seconds = 0.0
        self._function: Callable[..., Any] = getattr(owner, name)
        self._lock = threading.Lock()

        def timed(*args: Any, **options: Any) -> Any:  # a function, so that it becomes a method of its class
            return self._timed(*args, **options)

        setattr(owner, name, timed)

    def _timed(self, *args: Any, **options: Any) -> Any:
        started = time.thread_time()
        try:
            return self._function(*args, **options)
        finally:
            with self._lock:
                self.seconds += time.thread_time() - started


def main() -> None:
    """Run and print."""
    source, model = sys.argv[1:]
    clocks = {label: Clock(owner, name) for label, owner, name in STEPS}
    before = time.process_time()
    with tempfile.TemporaryDirectory() as results:
        code = run(
            ["annotate", source, "-m", model, "--crop", "none", "-o", results, "--offline", "--no-track"]
        )
    total = time.process_time() - before
    for label, clock in clocks.items():
        print(f"{label:30} {clock.seconds:7.2f} s {clock.seconds / total:6.1%}")
    rest = total - sum(clock.seconds for clock in clocks.values())
    print(f"{'all else (video decoding, too)':30} {rest:7.2f} s {rest / total:6.1%}")
    print(f"{'in all':30} {total:7.2f} s")
    sys.exit(code)


if __name__ == "__main__":
    main()
