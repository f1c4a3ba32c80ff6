"""`movenet merge`: completes a results folder that several shards of a run have written."""

from pathlib import Path

import click

from movenet_cli.cli.option_types import PathText
from movenet_cli.cli.printing import print_message
from movenet_cli.core.wording import counted

_SHOWN = 10


@click.command()
@click.argument("results", type=PathText(only_folders=True))
def merge(results: Path) -> int:
    """Complete a results folder that several runs with --shard have written.

    RESULTS is their common results folder. Makes one journal of theirs, coco.json if it was asked for, and
    run.json. Exit code 3 while a shard has not run to its end, and says which; else that of a run of all
    inputs: 0, or 6 when some of them failed.

    \b
    Example:
      movenet annotate photos -o results --shard 1/2
      movenet annotate photos -o results --shard 2/2
      movenet merge results
    """
    from movenet_cli.run.merge import merge_shards  # noqa: PLC0415 - heavy, and not for --help

    merged = merge_shards(results)
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
