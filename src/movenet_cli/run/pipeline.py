"""The pipeline: the way of each frame of an input, from the file to the results.

media        decodes it, or says why that failed
inference    crops and scales it, has the network of `models` look at it, makes poses of the output
postprocess  gives people ids over a video, smooths their keypoints
output       writes it in every format, and draws the overlay
"""

from collections.abc import Generator, Iterable, Sequence

from movenet_cli.core.results import Summary
from movenet_cli.core.types import FrameResult
from movenet_cli.errors import MediaError
from movenet_cli.io.atomic import remove_staged
from movenet_cli.media.interface import Source
from movenet_cli.output.interface import Sink
from movenet_cli.run.engine import Engine, Outcome
from movenet_cli.run.plan import InputPlan


def annotate_source(
    source: Source, engine: Engine, plan: InputPlan, sinks: Sequence[Sink], summary: Summary
) -> Generator[FrameResult, None, None]:
    """Annotate one open input, frame by frame.

    The sinks are closed, and their files appear, only after the last frame. Whoever stops early (an error,
    an interrupt, a consumer that walks away) leaves nothing behind.

    Args:
        source: the open input.
        engine: the loaded models.
        plan: this input's estimator and filters.
        sinks: this input's outputs.
        summary: counts, grown as the frames pass.

    Yields:
        Every frame's result, in order, after the sinks have taken it.

    Raises:
        MediaError: when no frame is in the requested range, or the input is damaged so that the rest is lost.
        OutputError: when an output cannot be written.
    """
    # The engine pulls frames from the source and spreads them over its workers; they come back in order.
    return write_results(engine.results(source.frames(), plan.estimator), plan, sinks, summary)


def write_results(
    outcomes: Iterable[Outcome], plan: InputPlan, sinks: Sequence[Sink], summary: Summary
) -> Generator[FrameResult, None, None]:
    """Filter results and hand them to the sinks; arguments, yields and errors as `annotate_source`.

    Args:
        outcomes: each frame with its result, in order.
        plan: of the input.
        sinks: of the input.
        summary: see `annotate_source`.
    """
    try:
        for frame, result in outcomes:
            for each in plan.filters:
                result = each.apply(result)  # noqa: PLW2901 - the same frame's, one filter further
            summary.add(result)
            for sink in sinks:
                sink.write(frame, result)
            yield result
        if not summary.frames:
            raise MediaError("no frame in the requested range; see --start and --end")
        for sink in sinks:
            sink.close(summary)
    except BaseException:
        for sink in sinks:
            sink.abort()
        remove_staged(sink.staged for sink in sinks)
        raise
