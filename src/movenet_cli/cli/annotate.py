"""`movenet annotate`: options in, one run, its closing line and exit code out."""

from typing import Any

import click

from movenet_cli import settings as default
from movenet_cli.cli.checks import check_options, check_places, options_given
from movenet_cli.cli.logs import set_verbosity
from movenet_cli.cli.options import (
    Device,
    FormatList,
    GroupedCommand,
    Number,
    Text,
    TimePointType,
    options_of,
)
from movenet_cli.cli.printing import speaks_json
from movenet_cli.cli.quiet import native_stderr_hidden

option = options_of("annotate")


class AnnotateCommand(GroupedCommand):
    """`annotate` with its options in groups."""

    groups = {  # noqa: RUF012 - read-only data of a command
        "Results": ("output", "formats", "overlay", "overwrite", "dry_run"),
        "Model": ("model", "min_score", "crop", "max_people", "input_size", "refine_with", "track", "smooth"),
        "Frames of videos": ("stride", "fps", "start", "end", "max_frames"),
        "Inputs": ("root", "include", "exclude", "null", "max_pixels", "fail_fast"),
        "Machine": ("jobs", "runtime", "device", "batch_size", "offline", "mirror"),
        "Messages": ("progress", "quiet", "verbose"),
    }
    examples = (
        ("everything under a folder, with skeletons drawn", "movenet annotate ./videos --overlay"),
        ("a COCO dataset and a table", "movenet annotate photos/ -f coco,csv -o annotated"),
        (
            "into a pipe, no file written",
            "movenet annotate clip.mp4 -o - | jq -c 'select(.record==\"frame\")'",
        ),
        (
            "paths from another command",
            "find videos -name '*.mp4' -print0 | movenet annotate - -0 -o results",
        ),
    )


@click.command(cls=AnnotateCommand)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...", type=Text())
@option(
    "-o",
    "--output",
    metavar="DIR",
    type=Text(),
    default=default.DEFAULT_OUTPUT,
    show_default=True,
    help="The results folder; '-' streams JSONL to standard output and writes no file.",
)
@option(
    "-f",
    "--format",
    "formats",
    multiple=True,
    type=FormatList(default.FORMATS),
    default=["json"],
    show_default=True,
    help="Repeatable, or comma-separated.",
)
@option("--overlay", is_flag=True, help="Also draw skeletons: image to image, video to mp4.")
@option(
    "--overwrite",
    is_flag=True,
    help="Redo everything: what is up to date, and what was made with another model or other options.",
)
@option(
    "--dry-run",
    is_flag=True,
    help="Only say what would be annotated, kept, redone and removed, and why.",
)
@option(
    "-m",
    "--model",
    metavar="NAME|PATH",
    type=Text(),
    default=default.DEFAULT_MODEL,
    show_default=True,
    help="thunder, lightning, multipose, mini, …; or a .tflite file or SavedModel folder.",
)
@option(
    "--min-score",
    type=Number(0, 1),
    default=default.DEFAULT_MIN_SCORE,
    show_default=True,
    help="Keypoints below are not drawn and not counted as seen; they stay in the data.",
)
@option(
    "--crop",
    type=click.Choice(default.CROPS),
    default="auto",
    show_default=True,
    help="Single-pose: none = one pass over the whole frame; refine = a second pass on the person "
    "found; follow = crop from the previous frame; auto = follow for videos, refine for images.",
)
@option(
    "--max-people",
    type=click.IntRange(*default.RANGES["max_people"]),
    default=default.MAX_PEOPLE,
    show_default=True,
    help="Multi-pose: report at most so many.",
)
@option(
    "--input-size",
    type=click.IntRange(*default.RANGES["input_size"]),
    default=default.DEFAULT_INPUT_SIZE,
    show_default=True,
    help="Multi-pose: longer side of the network's input, a multiple of 32.",
)
@option(
    "--refine-with",
    metavar="NAME|PATH",
    type=Text(),
    help="Multi-pose: redo each person found with this single-pose model, in a crop of its own.",
)
@option(
    "--track/--no-track", default=True, show_default=True, help="Multi-pose: stable person ids over a video."
)
@option(
    "--smooth/--no-smooth",
    default=False,
    show_default=True,
    help="Add keypoints smoothed over time; the raw ones stay.",
)
@option(
    "--stride",
    type=click.IntRange(*default.RANGES["stride"]),
    default=1,
    show_default=True,
    help="Every N-th frame.",
)
@option("--fps", type=Number(0, default.MAX_FPS, min_open=True), help="At most so many frames a second.")
@option("--start", type=TimePointType(), help="From here: seconds, hh:mm:ss.s, or 123f for a frame.")
@option("--end", type=TimePointType(), help="Up to here, exclusive.")
@option(
    "--max-frames",
    type=click.IntRange(*default.RANGES["max_frames"]),
    help="At most so many frames of each video.",
)
@option(
    "--root",
    metavar="DIR",
    type=Text(),
    help="Name results relative to this folder, whatever else is on the command line.",
)
@option(
    "--include",
    multiple=True,
    metavar="GLOB",
    type=Text(),
    help="Of what folders hold, only these files and folders. Repeatable.",
)
@option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    type=Text(),
    help="Of what folders hold, not these files and folders. Repeatable.",
)
@option("-0", "--null", is_flag=True, help="Paths from standard input are separated by NUL.")
@option(
    "--max-pixels",
    type=click.IntRange(*default.RANGES["max_pixels"]),
    default=default.DEFAULT_MAX_PIXELS,
    show_default=True,
    help="Refuse larger images before they are decoded.",
)
@option("--fail-fast", is_flag=True, help="Stop at the first input that fails.")
@option(
    "-j",
    "--jobs",
    type=click.IntRange(*default.RANGES["jobs"]),
    default=default.default_jobs,
    show_default="CPU count",
    help="Inference workers.",
)
@option(
    "--runtime",
    type=click.Choice(default.RUNTIMES),
    default="auto",
    show_default=True,
    help="What runs the network.",
)
@option(
    "--device",
    type=Device(),
    default="auto",
    show_default=True,
    help="Where the network runs.",
)
@option(
    "--batch-size",
    type=click.IntRange(*default.RANGES["batch_size"]),
    default=1,
    show_default=True,
    help="TensorFlow: frames per call.",
)
@option("--offline", is_flag=True, also_from=["MOVENET_OFFLINE"], help="Never touch the network.")
@option(
    "--mirror",
    metavar="URL",
    type=Text(),
    also_from=["MOVENET_MIRROR"],
    help="Fetch models from a server of your own.",
)
@option(
    "--progress",
    type=click.Choice(default.PROGRESS),
    default="auto",
    show_default=True,
    help="auto = a bar on a terminal, elsewhere a line a minute; json = every message as a JSON object, "
    "one per line. Always on standard error.",
)
@option("-q", "--quiet", is_flag=True, help="Only errors.")
@option(
    "-v",
    "--verbose",
    count=True,
    help="A line for every input, and the messages of the libraries; -vv for developers.",
)
def annotate(**options: Any) -> int:
    """Find people's keypoints in images and videos.

    An INPUT is a file, a folder (walked recursively), a quoted glob, or '-' to read paths from standard
    input. Results go to one file per input; running again computes only what is missing or stale.
    """
    from movenet_cli.cli.run_annotate import Request, run_annotate  # noqa: PLC0415 - heavy, and not for --help

    given = options_given(click.get_current_context())
    check_options(options, given)
    check_places(options)
    request = Request.of(options, given)
    set_verbosity(options["verbose"], options["quiet"])
    with native_stderr_hidden(not options["verbose"] or speaks_json()):
        return run_annotate(request)
