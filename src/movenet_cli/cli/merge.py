"""`movenet merge`: completes a results folder that several shards of a run have written."""

from typing import TYPE_CHECKING

import click

from movenet_cli.cli.option_types import ResultsText
from movenet_cli.cli.printing import print_message
from movenet_cli.core.inputs import FrameRange
from movenet_cli.core.wording import counted
from movenet_cli.io.stdio import native_stderr_hidden
from movenet_cli.io.storage.interface import Storage

if TYPE_CHECKING:
    from movenet_cli.models.interface import Model
    from movenet_cli.settings import Settings

_SHOWN = 10


@click.command()
@click.argument("results", type=ResultsText(only_folders=True))
def merge(results: Storage) -> int:
    """Complete a results folder that several runs with --shard have written.

    RESULTS is their common results folder. Makes one journal of theirs, puts long videos together whose
    segments the shards have annotated, and writes coco.json if it was asked for, and run.json. Exit code 3
    while a shard has not run to its end, and says which; else that of a run of all inputs: 0, or 6 when some
    of them failed.

    \b
    Example:
      movenet annotate photos -o results --shard 1/2
      movenet annotate photos -o results --shard 2/2
      movenet merge results
    """
    from movenet_cli.cli.download_bar import download_bar  # noqa: PLC0415 - heavy, and not for --help
    from movenet_cli.cli.progress import make_progress  # noqa: PLC0415
    from movenet_cli.run.loading import load_named  # noqa: PLC0415
    from movenet_cli.run.shards.merge import merge_shards  # noqa: PLC0415

    def load(settings: "Settings", name_or_path: str) -> "Model":
        with download_bar(disable=None) as progress:
            return load_named(settings, name_or_path, progress)

    with native_stderr_hidden():
        merged = merge_shards(results, load, lambda files: make_progress("auto", files, FrameRange()))
    if merged.missing:
        shown = ", ".join(map(str, merged.missing[:_SHOWN]))
        more = f" and {len(merged.missing) - _SHOWN:,} more" if len(merged.missing) > _SHOWN else ""
        print_message(f"movenet: not run to its end: shard {shown}{more}; run it, then merge again", "error")
    if merged.is_uneven:
        print_message(
            "movenet: the shards have found different inputs, so some may be missing: "
            "run all of them again, which keeps what is done, then merge again",
            "error",
        )
    parts = [counted(merged.inputs + merged.failed, "input"), str(merged.frames)]
    if merged.failed:
        parts.append(f"{counted(merged.failed, 'input')} failed")
    print_message(f"{', '.join(parts)}, results in {results}")
    return merged.exit_code
