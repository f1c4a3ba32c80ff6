"""`movenet select`: the frames most worth labelling."""

import json

import click

from movenet_cli.cli.configured import ConfiguredCommand, config_options
from movenet_cli.cli.option_types import Integer, ResultsText
from movenet_cli.cli.options import options_of
from movenet_cli.cli.printing import print_data, print_message
from movenet_cli.cli.results_here import results_here
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode
from movenet_cli.io.storage.interface import Storage

option = options_of("select")


@click.command(cls=ConfiguredCommand)
@click.argument("results", type=ResultsText(only_folders=True))
@option("--hard", metavar="K", required=True, type=Integer(1, 1_000_000), help="Number of frames.")
@option(
    "--json", "as_json", is_flag=True, help="Print JSON, with the time, uncertainty and jump of each frame."
)
@config_options(option)
def select(results: Storage, hard: int, as_json: bool) -> int:
    """List the frames that are most worth labelling, hardest first, for `movenet convert --only`.

    RESULTS is a results folder of `annotate` with JSON or JSONL documents. Hard frames are those where the
    model is uncertain, or where a person jumps between neighbouring frames. They are spread over time and
    inputs.

    \b
    Example:
      movenet select movenet-out --hard 20 > hard.txt
    """
    from movenet_cli.results.export.selection import frame_name, line_of  # noqa: PLC0415 - not for --help
    from movenet_cli.results.hard_frames import hard_frames  # noqa: PLC0415

    with results_here(results) as folder:
        found = hard_frames(folder, hard)
    names = [frame_name(each.source, each.media, each.index) for each in found.frames]
    if as_json:
        frames = [
            {
                "name": name,
                "frame": each.index,
                "time": each.time,
                "hardness": round(each.hardness, 4),
                "uncertainty": round(each.uncertainty, 4),
                "jump": round(each.jump, 4),
            }
            for name, each in zip(names, found.frames, strict=True)
        ]
        print_data(json.dumps({"frames": frames}, indent=1))
    else:
        for name in names:
            print_data(line_of(name))
    for name, reason in found.broken:
        print_message(f"movenet: {name}: {reason}", "error")
    few = ", all there are to choose from (of a video, one a second)" if len(names) < hard else ""
    print_message(f"{counted(len(names), 'frame')} of {results}{few}")
    return ExitCode.PARTIAL if found.broken else ExitCode.OK
