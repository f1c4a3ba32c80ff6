"""`movenet annotate --dry-run`: prints what a run would do."""

from collections import Counter

from movenet_cli.cli.printing import print_data, print_message, printable
from movenet_cli.errors import ExitCode
from movenet_cli.media.discover import Discovery
from movenet_cli.run.dry_run import DryRun


def print_dry_run(found: Discovery, dry: DryRun, folder: object, *, quiet: bool) -> ExitCode:
    """Print a line for each input and for each file that would be removed.

    Args:
        found: the inputs.
        dry: what a run would do with them.
        folder: the results folder; None for a stream.
        quiet: leave out the closing lines.

    Returns:
        What a run that may not start would end with.
    """
    for name, reason in found.missing:
        _print("fail", name, reason)
    for each in dry.plan.inputs:
        _print(each.action, each.file.name, each.reason)
        for path in each.removes:
            _print("remove", path, "out of date, and this run does not write it")
    if not quiet:
        for name in dry.downloads:
            print_message(f"the model {name} would be downloaded first")
        print_message(f"dry run, nothing was done: {', '.join(_counts(found, dry))}")
    code = ExitCode.OK
    for problem in dry.plan.problems(folder):
        print_message(f"movenet: {problem}", "error")
        code = code or problem.exit_code
    return code


def _counts(found: Discovery, dry: DryRun) -> list[str]:
    actions = Counter(each.action for each in dry.plan.inputs)
    counts = [
        f"{actions[action]:,} to {action}"
        for action in ("annotate", "add", "redo", "keep")
        if actions[action]
    ]
    if found.missing:
        counts.append(f"{len(found.missing):,} would fail")
    if found.ignored:
        counts.append(f"{found.ignored:,} ignored")
    return counts


def _print(action: str, name: str, reason: str) -> None:
    print_data(f"{action:<8}  {printable(name)}" + (f"  ({printable(reason)})" if reason else ""))
