"""`movenet annotate`: options in, one run, its closing line and exit code out."""

import logging
import sys
from pathlib import Path
from typing import Any

import click

from movenet_cli import settings as default
from movenet_cli.cli.options import FormatList, GroupedCommand, Moment, MomentType
from movenet_cli.cli.quiet import native_stderr_hidden
from movenet_cli.errors import InputError, OutputError


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
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    default=default.DEFAULT_OUTPUT,
    show_default=True,
    help="The results folder; '-' streams JSONL to standard output and writes no file.",
)
@click.option(
    "-f",
    "--format",
    "formats",
    multiple=True,
    type=FormatList(default.FORMATS),
    default=["json"],
    show_default=True,
    help="Repeatable, or comma-separated.",
)
@click.option("--overlay", is_flag=True, help="Also draw skeletons: image to image, video to mp4.")
@click.option(
    "--overwrite",
    is_flag=True,
    help="Redo everything: what is up to date, and what was made with another model or other options.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Only say what would be annotated, kept, redone and removed, and why.",
)
@click.option(
    "-m",
    "--model",
    metavar="NAME|PATH",
    default=default.DEFAULT_MODEL,
    show_default=True,
    help="thunder, lightning, multipose, mini, …; or a .tflite file or SavedModel folder.",
)
@click.option(
    "--min-score",
    type=click.FloatRange(0, 1),
    default=default.DEFAULT_MIN_SCORE,
    show_default=True,
    help="Keypoints below are not drawn and not counted as seen; they stay in the data.",
)
@click.option(
    "--crop",
    type=click.Choice(default.CROPS),
    default="auto",
    show_default=True,
    help="Single-pose: none = one pass over the whole frame; refine = a second pass on the person "
    "found; follow = crop from the previous frame; auto = follow for videos, refine for images.",
)
@click.option(
    "--max-people",
    type=click.IntRange(1, default.MAX_PEOPLE),
    default=default.MAX_PEOPLE,
    show_default=True,
    help="Multi-pose: report at most so many.",
)
@click.option(
    "--input-size",
    type=click.IntRange(default.MIN_INPUT_SIZE, default.MAX_INPUT_SIZE),
    default=default.DEFAULT_INPUT_SIZE,
    show_default=True,
    help="Multi-pose: longer side of the network's input, a multiple of 32.",
)
@click.option(
    "--refine-with",
    metavar="NAME|PATH",
    help="Multi-pose: redo each person found with this single-pose model, in a crop of its own.",
)
@click.option(
    "--track/--no-track", default=True, show_default=True, help="Multi-pose: stable person ids over a video."
)
@click.option(
    "--smooth/--no-smooth",
    default=False,
    show_default=True,
    help="Add keypoints smoothed over time; the raw ones stay.",
)
@click.option("--stride", type=click.IntRange(1), default=1, show_default=True, help="Every N-th frame.")
@click.option("--fps", type=click.FloatRange(0, min_open=True), help="At most so many frames a second.")
@click.option("--start", type=MomentType(), help="From here: seconds, hh:mm:ss.s, or 123f for a frame.")
@click.option("--end", type=MomentType(), help="Up to here, exclusive.")
@click.option("--max-frames", type=click.IntRange(1), help="At most so many frames of each video.")
@click.option(
    "--root",
    metavar="DIR",
    help="Name results relative to this folder, whatever else is on the command line.",
)
@click.option(
    "--include", multiple=True, metavar="GLOB", help="Only these of what a folder holds. Repeatable."
)
@click.option(
    "--exclude", multiple=True, metavar="GLOB", help="Not these of what a folder holds. Repeatable."
)
@click.option("-0", "--null", is_flag=True, help="Paths from standard input are separated by NUL.")
@click.option(
    "--max-pixels",
    type=click.IntRange(1),
    default=default.DEFAULT_MAX_PIXELS,
    show_default=True,
    help="Refuse larger pictures before they are decoded.",
)
@click.option("--fail-fast", is_flag=True, help="Stop at the first input that fails.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, default.MAX_JOBS),
    default=default.usable_cpus,
    show_default="CPU count",
    help="Inference workers.",
)
@click.option(
    "--runtime",
    type=click.Choice(default.RUNTIMES),
    default="auto",
    show_default=True,
    help="What runs the network.",
)
@click.option(
    "--device",
    default="auto",
    show_default=True,
    metavar="[auto|cpu|gpu|gpu:N]",
    help="Where the network runs.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1, default.MAX_BATCH),
    default=1,
    show_default=True,
    help="TensorFlow: frames per call.",
)
@click.option("--offline", is_flag=True, envvar="MOVENET_OFFLINE", help="Never touch the network.")
@click.option(
    "--mirror", metavar="URL", envvar="MOVENET_MIRROR", help="Fetch models from a server of your own."
)
@click.option(
    "--progress",
    type=click.Choice(default.PROGRESS),
    default="auto",
    show_default=True,
    help="auto = a bar on a terminal; json = one line per update. Always on standard error.",
)
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
@click.option("-v", "--verbose", count=True, help="More messages, also those of the libraries.")
def annotate(**options: Any) -> int:
    """Find people's keypoints in images and videos.

    An INPUT is a file, a folder (walked recursively), a quoted glob, or '-' to read paths from standard
    input. Results go to one file per input; running again computes only what is missing or stale.
    """
    from movenet_cli.cli.run_annotate import Request, run_annotate  # noqa: PLC0415 - heavy, and not for --help

    _check(options)
    _check_streams(options)
    _set_up_logging(options["verbose"], options["quiet"])
    with native_stderr_hidden(not options["verbose"]):
        return run_annotate(Request(**options))


def _check_streams(options: dict[str, Any]) -> None:
    """A stream that the run needs and that the caller has closed (`>&-`)."""
    if options["output"] is None and sys.stdout is None:
        raise OutputError("standard output is closed; choose a results folder with --output")
    if default.STREAM in options["inputs"] and sys.stdin is None:
        raise InputError("standard input is closed; there are no paths to read")


def _set_up_logging(verbose: int, quiet: bool) -> None:
    """Our own remarks unless `-q`; those of the libraries, and what is for developers, only from `-v` on."""
    logging.basicConfig(stream=sys.stderr, format="movenet: %(message)s", level=logging.ERROR, force=True)
    ours = logging.WARNING if quiet else logging.INFO
    logging.getLogger("movenet_cli").setLevel(logging.DEBUG if verbose > 1 else ours)
    if verbose:
        logging.getLogger().setLevel(logging.DEBUG if verbose > 1 else logging.INFO)


def _check(options: dict[str, Any]) -> None:
    """What Click cannot check by itself."""
    if options["input_size"] % default.INPUT_SIZE_STEP:
        raise click.BadParameter(
            f"{options['input_size']} is not a multiple of 32", param_hint="--input-size"
        )
    start, end = options["start"] or Moment(), options["end"] or Moment()
    for low, high in ((start.seconds, end.seconds), (start.frame, end.frame)):
        if low is not None and high is not None and high <= low:
            raise click.BadParameter("--end must lie after --start", param_hint="--end")
    if options["output"] == default.STREAM and options["overlay"]:
        raise click.UsageError("--overlay needs a results folder; -o - writes no file")
    options["output"] = None if options["output"] == default.STREAM else Path(options["output"])
    options["formats"] = tuple(dict.fromkeys(name for group in options["formats"] for name in group))
    if options["output"] is None and set(options["formats"]) - {"json", "jsonl"}:
        raise click.UsageError("-o - streams JSONL; choose a results folder for other formats")
