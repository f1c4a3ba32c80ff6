"""`movenet render`: overlays from results, without a model."""

from collections.abc import Set
from typing import Any

import click

from movenet_cli.cli.checks import options_given
from movenet_cli.cli.configured import config_options
from movenet_cli.cli.memory import keep_large_blocks
from movenet_cli.cli.option_types import Choice, FormatList, Number, PathText, ResultsText, TimePointType
from movenet_cli.cli.options import GroupedCommand, options_of
from movenet_cli.cli.printing import print_message
from movenet_cli.cli.results_here import results_here
from movenet_cli.core.inputs import FrameRange
from movenet_cli.core.time_point import TimePoint, ends_before_it_starts
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode, UsageError
from movenet_cli.io.stdio import native_stderr_hidden
from movenet_cli.settings import STREAM

STYLES = ("lines", "dots", "boxes")

option = options_of("render")


class RenderCommand(GroupedCommand):
    """`render` with its options in groups."""

    groups = {  # noqa: RUF012 - read-only data of a command
        "Results": ("output", "root", "overwrite"),
        "People": ("style", "colour_by", "ids", "scores", "min_score"),
        "Image": ("background", "blur_faces", "side_by_side", "frame_number"),
        "Frames of videos": ("start", "end"),
    }
    examples = (
        ("the skeletons alone", "movenet render movenet-out --background black"),
        ("to show around, next to the source", "movenet render movenet-out --blur-faces --side-by-side"),
    )


@click.command(cls=RenderCommand)
@click.argument("results", type=ResultsText(only_folders=True))
@option(
    "-o",
    "--output",
    metavar="DIR",
    type=PathText(only_folders=True),
    default="movenet-render",
    show_default=True,
    help="The folder to write to; overlays are in its folder overlay/.",
)
@option(
    "--root",
    metavar="DIR",
    type=PathText(only_folders=True),
    help="Where the inputs are now, if they have moved: their names in the results are relative to DIR.",
)
@option("--overwrite", is_flag=True, help="Replace the overlays of an earlier render.")
@option(
    "--style",
    multiple=True,
    type=FormatList(STYLES, "styles"),
    help="Repeatable, or comma-separated. Default: lines,dots; of multi-pose results boxes, too.",
)
@option(
    "--colour-by",
    type=Choice(("side", "person")),
    help="What colours tell apart. Default: person for multi-pose results, else side.",
)
@option(
    "--ids/--no-ids", default=None, help="Number the people of a tracked video. Default: multi-pose only."
)
@option("--scores", is_flag=True, help="Write each person's score.")
@option("--min-score", type=Number(0, 1), help="Draw keypoints from this score on. Default: as annotated.")
@option(
    "--background",
    type=Choice(("source", "black", "transparent")),
    default="source",
    show_default=True,
    help="What to draw on; transparent is for images, which become PNG.",
)
@option("--blur-faces", is_flag=True, help="Make faces unrecognisable, also those that are seen in part.")
@option("--side-by-side", is_flag=True, help="Show the source to the left.")
@option("--frame-number", is_flag=True, help="Write the frame's index in the source.")
@option("--start", type=TimePointType(), help="From here: seconds, hh:mm:ss.s, or 123f for a frame.")
@option("--end", type=TimePointType(), help="Up to here, exclusive.")
@config_options(option)
@click.pass_context
def render(context: click.Context, /, **options: Any) -> int:
    """Draw overlays from the results of `annotate`, without running a model again.

    RESULTS is an output folder of `annotate` with JSON or JSONL documents. The inputs are read again, and
    must be what they were. Exit code 6 when some have no overlay, 3 when none has.
    """
    from movenet_cli.run.render import render_results  # noqa: PLC0415 - heavy, and not for --help

    given = options_given(context)
    _leave_out(options, given)
    settings = _settings(options)
    results, output = options["results"], options["output"]
    keep_large_blocks()
    inputs = failed = frames = 0
    with native_stderr_hidden(), results_here(results) as folder:
        rendered = render_results(
            folder,
            output,
            settings,
            root=options["root"],
            overwrite=options["overwrite"],
            given=given,
        )
        for each in rendered:
            inputs += 1
            frames += each.frames
            if each.reason is not None:
                failed += 1
                print_message(f"movenet: {each.name}: {each.reason}", "error")
    made = f"{inputs - failed:,} of {counted(inputs, 'overlay')}"
    print_message(f"{made} rendered, {counted(frames, 'frame')}, in {output}")
    if failed == inputs:
        return ExitCode.INPUT
    return ExitCode.PARTIAL if failed else ExitCode.OK


def _leave_out(options: dict[str, Any], given: Set[str]) -> None:
    """Of two options that contradict each other, leave out one that a file or the environment has set."""
    is_source_hidden = options["background"] != "source" and not options["side_by_side"]
    if options["blur_faces"] and is_source_hidden:
        _yield(options, given, {"blur_faces": False, "background": "source"})
    if options["side_by_side"] and options["background"] == "transparent":
        _yield(options, given, {"side_by_side": False, "background": "source"})


def _yield(options: dict[str, Any], given: Set[str], usual: dict[str, Any]) -> None:
    """Give the option that was not given its usual value, when the other one of the two was."""
    unasked = usual.keys() - given
    if len(unasked) == 1:
        (name,) = unasked
        (other,) = usual.keys() - unasked
        unfit, fit = (f"--{each.replace('_', '-')}" for each in (name, other))
        print_message(
            f"movenet: {unfit} is set in a file or the environment, and left out: it does not go with {fit}"
        )
        options[name] = usual[name]


def _settings(options: dict[str, Any]) -> Any:
    """What to draw.

    Raises:
        UsageError: options that contradict each other, or would have no effect.
    """
    from movenet_cli.run.render_settings import RenderSettings  # noqa: PLC0415 - heavy, and not for --help

    if str(options["output"]) == STREAM:
        raise UsageError("overlays are files: name a folder with -o")
    if ends_before_it_starts(options["start"], options["end"]):
        raise UsageError("--end must lie after --start")
    source_is_shown = options["background"] == "source" or options["side_by_side"]
    if options["blur_faces"] and not source_is_shown:
        raise UsageError("--blur-faces would have no effect: the source is not shown")
    if options["side_by_side"] and options["background"] == "transparent":
        raise UsageError("--side-by-side and --background transparent contradict each other")
    start, end = options["start"] or TimePoint(), options["end"] or TimePoint()
    style = frozenset(name for group in options["style"] for name in group)
    return RenderSettings(
        style or None,
        options["ids"],
        options["scores"],
        None if options["colour_by"] is None else options["colour_by"] == "person",
        options["min_score"],
        options["background"],
        options["blur_faces"],
        options["frame_number"],
        options["side_by_side"],
        FrameRange(start=start.seconds, end=end.seconds, start_frame=start.frame, end_frame=end.frame),
    )
