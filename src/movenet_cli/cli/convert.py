"""`movenet convert`: results in another format, without a model."""

from pathlib import Path
from typing import Any

import click

from movenet_cli import settings as default
from movenet_cli.cli.checks import options_given
from movenet_cli.cli.configured import config_options
from movenet_cli.cli.option_types import Choice, PathText, ResultsText, Text
from movenet_cli.cli.options import GroupedCommand, options_of
from movenet_cli.cli.printing import print_message
from movenet_cli.cli.results_here import refuse_writing, results_here
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode, UsageError
from movenet_cli.io.storage.interface import Storage
from movenet_cli.results.export.registry import EXPORTS

option = options_of("convert")

_ONLY_OF_SOME = ("frames", "layout", "image_ids", "url_prefix")
"""Options that some exports use; see `Export.uses`."""

_ONLY_OF_EXPORTS = ("only", "smoothed")


class ConvertCommand(GroupedCommand):
    """`convert` with its options in groups."""

    groups = {  # noqa: RUF012 - read-only data of a command
        "Format": ("format_name", "output"),
        "Exports": ("only", "smoothed", "frames", "layout", "image_ids", "url_prefix"),
    }
    examples = (
        ("a COCO dataset of the last run", "movenet convert movenet-out --to coco"),
        ("one table of all inputs", "movenet convert movenet-out --to table-csv -o poses.csv"),
    )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of exports."""
        with formatter.section("Exports (docs/interchange.md)"):
            formatter.write_dl([(name, text) for name, (_, text) in EXPORTS.items()])


@click.command(cls=ConvertCommand)
@click.argument("results", type=ResultsText(only_folders=True))
@option(
    "--to",
    "format_name",
    metavar="FORMAT",
    required=True,
    type=Choice((*default.FORMATS, *EXPORTS)),
    help=f"{', '.join(default.FORMATS)}, or one of the exports below.",
)
@option(
    "-o",
    "--output",
    metavar="PLACE",
    type=PathText(),
    help="The results folder to write to; for an export, the new file or folder. Default: in RESULTS.",
)
@option("--only", metavar="FILE", type=PathText(), help="Only the frames of this list, see `movenet select`.")
@option("--smoothed", is_flag=True, help="Use smoothed keypoints where there are any.")
@option(
    "--frames",
    metavar="DIR",
    type=PathText(),
    help="Write the images of the dataset to this new folder: frames of videos as JPEG, copies of images.",
)
@option(
    "--layout",
    type=Choice(default.TABLE_LAYOUTS),
    default="wide",
    show_default=True,
    help="Of tables: one row per person, or one row per keypoint.",
)
@option(
    "--image-ids",
    metavar="FILE",
    type=PathText(),
    help="Use the image ids and names of this COCO file, and only its images.",
)
@option(
    "--url-prefix",
    metavar="TEXT",
    type=Text(),
    default=default.DEFAULT_URL_PREFIX,
    show_default=True,
    help="Label Studio: what comes before an image's name in its URL.",
)
@config_options(option)
@click.pass_context
def convert(
    context: click.Context, /, results: Storage, format_name: str, output: Path | None, **options: Any
) -> int:
    """Convert results to another format, or to the files of another tool, without running a model.

    RESULTS is a results folder of `annotate` with JSON or JSONL documents. `json`, `jsonl`, `csv` and `coco`
    are written as `annotate` would have written them: `coco` holds the inputs of the last run, and only files
    of annotate and convert are replaced. An export holds all documents, and never replaces anything.
    """
    if str(output) == default.STREAM:
        raise UsageError("convert writes files: name a place with -o; annotate can stream with -o -")
    given = options_given(context)
    is_export = format_name in EXPORTS
    if not is_export:
        _refuse(given.intersection((*_ONLY_OF_SOME, *_ONLY_OF_EXPORTS)), format_name)
    refuse_writing(results, output, format_name)
    with results_here(results) as folder:
        if is_export:
            return _export(folder, format_name, output, given, options)
        return _convert(folder, format_name, output)


def _refuse(idle: frozenset[str], format_name: str) -> None:
    for name in sorted(idle):
        raise UsageError(f"--{name.replace('_', '-')} would have no effect on {format_name}; leave it out")


def _export(
    results: Path, format_name: str, output: Path | None, given: frozenset[str], options: dict[str, Any]
) -> int:
    from movenet_cli.results.export.exporting import export_results  # noqa: PLC0415 - not for --help
    from movenet_cli.results.export.interface import ExportSettings  # noqa: PLC0415
    from movenet_cli.results.export.registry import export_class  # noqa: PLC0415

    idle = frozenset(_ONLY_OF_SOME) - export_class(format_name).uses
    _refuse(given & idle, format_name)
    only, frames = options.pop("only"), options.pop("frames")
    done = export_results(
        results,
        format_name,
        ExportSettings(**options),
        output,
        frames=None if "frames" in idle else frames,
        only=only,
        given=given,
    )
    for name, reason in done.broken:
        print_message(f"movenet: {name}: {reason}", "error")
    for remark in done.remarks:
        print_message(remark)
    if done.frames is not None:
        print_message(f"{counted(done.frames, 'image')} written to {frames}")
    inputs = counted(done.inputs + done.left_out + len(done.broken), "input")
    print_message(f"{done.inputs:,} of {inputs} exported to {format_name}, in {done.place}")
    return ExitCode.PARTIAL if done.broken else ExitCode.OK


def _convert(results: Path, format_name: str, output: Path | None) -> int:
    from movenet_cli.results.convert import convert_results  # noqa: PLC0415 - heavy, and not for --help

    inputs = failed = 0
    left_out: list[str] = []
    for converted in convert_results(results, format_name, output):
        if converted.is_left_out:
            left_out.append(converted.name)
            continue
        inputs += 1
        if converted.reason is not None:
            failed += 1
            print_message(f"movenet: {converted.name}: {converted.reason}", "error")
    if left_out:
        more = f" and {len(left_out) - 1:,} more" if len(left_out) > 1 else ""
        print_message(f"not in the dataset, since the last run did not have it: {left_out[0]}{more}")
    where = output or results
    print_message(
        f"{inputs - failed:,} of {counted(inputs, 'input')} converted to {format_name}, results in {where}"
    )
    if failed == inputs:
        return ExitCode.INPUT
    return ExitCode.PARTIAL if failed else ExitCode.OK
