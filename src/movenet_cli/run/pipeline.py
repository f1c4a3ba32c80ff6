"""One input through the engine into its sinks: the heart, top to bottom."""

from collections.abc import Generator, Sequence

from movenet_cli.core.results import Summary
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import MediaError
from movenet_cli.inference.interface import Estimator
from movenet_cli.media.interface import Source
from movenet_cli.output.interface import Sink
from movenet_cli.postprocess.interface import Filter
from movenet_cli.run.engine import Engine


def annotate_source(
    source: Source,
    engine: Engine,
    estimator: Estimator,
    filters: Sequence[Filter],
    sinks: Sequence[Sink],
    summary: Summary,
) -> Generator[FrameResult, None, None]:
    """Annotate one open input, frame by frame.

    The sinks are closed, and their files appear, only after the last frame. Whoever stops early (an error,
    an interrupt, a consumer that walks away) leaves nothing behind.

    Args:
        source: the open input.
        engine: the loaded models.
        estimator: this input's plan.
        filters: this input's filters over time, applied in this order.
        sinks: this input's outputs.
        summary: counts, grown as the frames pass.

    Yields:
        Every frame's result, in order, after the sinks have taken it.

    Raises:
        MediaError: when no frame was asked for, or the input breaks so that no further one can be read.
        OutputError: when an output cannot be written.
    """
    try:
        for frame, raw in engine.results(source.frames(), estimator):
            result = raw
            for each in filters:
                result = each.apply(result)
            summary.add(result)
            for sink in sinks:
                sink.write(frame, result)
            yield result
        if not summary.frames:
            raise MediaError("it has no frame in the range that was asked for; see --start and --end")
        for sink in sinks:
            sink.close(summary)
    finally:
        for sink in sinks:
            sink.abort()
