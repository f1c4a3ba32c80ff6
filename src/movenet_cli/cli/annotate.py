"""`movenet annotate`: its options, and the start of a run."""

from typing import Any

import click

from movenet_cli import settings as default
from movenet_cli.cli.checks import check_options, check_places, options_given
from movenet_cli.cli.configured import CONFIG_PLACE, config_options
from movenet_cli.cli.logs import set_verbosity
from movenet_cli.cli.option_types import (
    Choice,
    Device,
    FormatList,
    Integer,
    ModelText,
    Number,
    PlaceText,
    ShardType,
    Text,
    TimePointType,
)
from movenet_cli.cli.options import OFFLINE, GroupedCommand, options_of
from movenet_cli.cli.printing import prints_json
from movenet_cli.io.stdio import native_stderr_hidden

option = options_of("annotate")


class AnnotateCommand(GroupedCommand):
    """`annotate` with its options in groups."""

    groups = {  # noqa: RUF012 - read-only data of a command
        "Results": ("output", "formats", "overlay", "overwrite", "dry_run"),
        "Model": ("model", "crop", "max_people", "input_size", "refine_with", "track", "smooth"),
        "People": ("min_score", "min_keypoints", "min_pose_score"),
        "Frames of videos": ("stride", "fps", "start", "end", "max_frames", "sequence_fps"),
        "Inputs": (
            "root",
            "include",
            "exclude",
            "null",
            "stdin_media",
            "stdin_name",
            "max_pixels",
            "fail_fast",
            "shard",
        ),
        "Machine": (
            "jobs",
            "engine",
            "ray_address",
            "item_timeout",
            "runtime",
            "device",
            "batch_size",
            "offline",
            "mirror",
        ),
        "Messages": ("progress", "quiet", "verbose"),
    }
    examples = (
        ("everything in a folder, with skeletons drawn", "movenet annotate ./videos --overlay"),
        ("a COCO dataset and a table", "movenet annotate photos/ -f coco,csv -o annotated"),
        (
            "into a pipe, without writing a file",
            "movenet annotate clip.mp4 -o - | jq -c 'select(.record==\"frame\")'",
        ),
        (
            "paths from another command",
            "find videos -name '*.mp4' -print0 | movenet annotate - -0 -o results",
        ),
    )


@click.command(cls=AnnotateCommand)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...", type=PlaceText())
@option(
    "-o",
    "--output",
    metavar="DIR",
    type=PlaceText(only_folders=True),
    default=default.DEFAULT_OUTPUT,
    show_default=True,
    help="Folder for the results, or its address in an object store; '-' writes JSONL to standard output "
    "instead, and no files.",
)
@option(
    "-f",
    "--format",
    "formats",
    multiple=True,
    type=FormatList(default.FORMATS),
    default=["json"],
    show_default=True,
    help="Format of the results. Several: repeat the option, or separate them by commas.",
)
@option(
    "--overlay",
    is_flag=True,
    help="Also draw the skeletons into a copy of each image, and into an mp4 video of each video.",
)
@option(
    "--overwrite",
    is_flag=True,
    help="Redo everything, including results that are up to date or were made with other settings.",
)
@option(
    "--dry-run",
    is_flag=True,
    help="Show what would be annotated, kept, redone and removed, and why. Write nothing.",
)
@option(
    "-m",
    "--model",
    metavar="NAME|PATH",
    type=ModelText(),
    default=default.DEFAULT_MODEL,
    show_default=True,
    help="Name of a model (thunder, lightning, multipose, mini, …), or path of a .tflite file or a "
    "SavedModel folder.",
)
@option(
    "--min-score",
    type=Number(0, 1),
    default=default.DEFAULT_MIN_SCORE,
    show_default=True,
    help="Keypoints with a lower score count as not seen and are not drawn. They stay in the results.",
)
@option(
    "--min-keypoints",
    type=Integer(*default.RANGES["min_keypoints"]),
    default=default.DEFAULT_MIN_KEYPOINTS,
    show_default=True,
    help="A pose with fewer keypoints seen is not a person and is not drawn. It stays in the results.",
)
@option(
    "--min-pose-score",
    type=Number(0, 1),
    default=default.DEFAULT_MIN_POSE_SCORE,
    show_default=True,
    help="A pose with a lower score is not a person, likewise.",
)
@option(
    "--crop",
    type=Choice(default.CROPS),
    default="auto",
    show_default=True,
    help="Single-pose models: what the network looks at. none: the whole frame, in one pass; refine: "
    "after that pass, a crop around the person it found; follow: a crop around the person in the "
    "previous frame; careful: crops of several sizes, for the best keypoints in up to eight passes a "
    "frame; auto: follow for videos, refine for images.",
)
@option(
    "--max-people",
    type=Integer(*default.RANGES["max_people"]),
    default=default.MAX_PEOPLE,
    show_default=True,
    help="Multi-pose models: maximum number of people per frame.",
)
@option(
    "--input-size",
    type=Integer(*default.RANGES["input_size"]),
    default=default.DEFAULT_INPUT_SIZE,
    show_default=True,
    help="Multi-pose models: longer side of the network's input in pixels, a multiple of 32.",
)
@option(
    "--refine-with",
    metavar="NAME|PATH",
    type=ModelText(),
    help="Multi-pose models: redo each person with this single-pose model, on a crop around the person.",
)
@option(
    "--track/--no-track",
    default=True,
    show_default=True,
    help="Multi-pose models: give each person the same id throughout a video.",
)
@option(
    "--smooth/--no-smooth",
    default=False,
    show_default=True,
    help="Videos: add keypoints that are smoothed over time. The raw ones stay in the results.",
)
@option(
    "--stride",
    type=Integer(*default.RANGES["stride"]),
    default=1,
    show_default=True,
    help="Annotate every N-th frame only.",
)
@option(
    "--fps",
    type=Number(0, default.MAX_FPS, min_open=True),
    help="Maximum number of frames per second. Of numbered images (frame_%05d.png) also their rate, unless "
    "--sequence-fps says otherwise.",
)
@option(
    "--start",
    type=TimePointType(),
    help="Where to start: seconds, hh:mm:ss.s, or a frame number such as 123f.",
)
@option("--end", type=TimePointType(), help="Where to stop, in the same form. This frame is not included.")
@option(
    "--max-frames",
    type=Integer(*default.RANGES["max_frames"]),
    help="Maximum number of frames per video.",
)
@option(
    "--sequence-fps",
    type=Number(0, default.MAX_FPS, min_open=True),
    help="Frame rate of numbered images, which are annotated as a video.  [default: --fps, or 25]",
)
@option(
    "--root",
    metavar="DIR",
    type=PlaceText(only_folders=True),
    help="Name all results relative to this folder, instead of relative to each input folder.",
)
@option(
    "--include",
    multiple=True,
    metavar="GLOB",
    type=Text(),
    help="In input folders, annotate only files and folders that match this pattern. Repeatable.",
)
@option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    type=Text(),
    help="In input folders, skip files and folders that match this pattern. Repeatable.",
)
@option(
    "-0",
    "--null",
    is_flag=True,
    help="Paths on standard input are separated by NUL characters, as with find -print0.",
)
@option(
    "--stdin-media",
    is_flag=True,
    help="Standard input (-) is an image or video itself, not a list of paths.",
)
@option(
    "--stdin-name",
    metavar="NAME",
    type=Text(),
    help="What the results of --stdin-media are called.  [default: stdin]",
)
@option(
    "--max-pixels",
    type=Integer(*default.RANGES["max_pixels"]),
    default=default.DEFAULT_MAX_PIXELS,
    show_default=True,
    help="Refuse images with more pixels than this, without decoding them.",
)
@option("--fail-fast", is_flag=True, help="Stop at the first input that fails.")
@option(
    "--shard",
    type=ShardType(),
    help="Take only the i-th of N parts of the inputs, and of the segments of each long video, for a job "
    "array. All parts may write to one results folder at once; `movenet merge` completes it.",
)
@option(
    "-j",
    "--jobs",
    type=Integer(*default.RANGES["jobs"]),
    default=default.default_jobs,
    show_default="CPU count",
    help="Number of inference workers; with --engine ray, instead of one for each CPU of the cluster.",
)
@option(
    "--engine",
    type=Choice(default.ENGINES),
    default="local",
    show_default=True,
    help="Who does the work: threads; processes, which a damaged file takes down one by one; or the machines "
    "of a Ray cluster. local: threads, or processes where there are many cores and much to do.",
)
@option(
    "--ray-address",
    metavar="HOST:PORT",
    type=Text(),
    default=default.DEFAULT_RAY_ADDRESS,
    show_default=True,
    help="Head of the Ray cluster; auto: the cluster that this machine belongs to.",
)
@option(
    "--item-timeout",
    metavar="SECONDS",
    type=Number(0, default.MAX_ITEM_TIMEOUT, min_open=True),
    help="Give up an input, or a segment of a long video, after this time. It fails, with a reason.",
)
@option(
    "--runtime",
    type=Choice(default.RUNTIMES),
    default="auto",
    show_default=True,
    help="Library that runs the network. auto: LiteRT where it can.",
)
@option(
    "--device",
    type=Device(),
    default="auto",
    show_default=True,
    help="Device that the network runs on.",
)
@option(
    "--batch-size",
    type=Integer(*default.RANGES["batch_size"]),
    default=1,
    show_default=True,
    help="TensorFlow: number of frames per call of the network.",
)
@option("--offline", **OFFLINE)
@option(
    "--mirror",
    metavar="URL",
    type=Text(),
    also_from=["MOVENET_MIRROR"],
    help="Download models from this server of your own.",
)
@option(
    "--progress",
    type=Choice(default.PROGRESS),
    default="auto",
    show_default=True,
    help="How to show progress on standard error. auto: a bar on a terminal, otherwise a line per minute; "
    "json: every message as a JSON object, one per line.",
)
@option("-q", "--quiet", is_flag=True, help="Show errors only.")
@option(
    "-v",
    "--verbose",
    count=True,
    help="Also show a line for each input, and messages of the libraries. -vv adds debug messages.",
)
@config_options(option)
def annotate(**options: Any) -> int:
    """Find people's keypoints in images and videos.

    INPUT is a file, a folder (searched recursively), a quoted glob, numbered images (frame_%05d.png), an
    https:// or s3:// address, or '-' to read such names from standard input. Each input gets a result file
    of its own. Running the same command again does only what is missing or out of date.
    """
    from movenet_cli.cli.run_annotate import Request, run_annotate  # noqa: PLC0415 - heavy, and not for --help

    context = click.get_current_context()
    given = options_given(context)
    check_options(options, given)
    check_places(options)
    request = Request.of(options, given, context.meta.get(CONFIG_PLACE))
    set_verbosity(options["verbose"], options["quiet"])
    with native_stderr_hidden(not options["verbose"] or prints_json()):
        return run_annotate(request)
