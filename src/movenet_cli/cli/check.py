"""`movenet check`: whether results are good enough, for scripts and CI."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from movenet_cli.cli.configured import config_options
from movenet_cli.cli.option_types import Number, PathText, ResultsText
from movenet_cli.cli.options import GroupedCommand, options_of
from movenet_cli.cli.printing import print_data, print_message
from movenet_cli.cli.results_here import results_here
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode, UsageError
from movenet_cli.io.storage.interface import Storage

option = options_of("check")


class LimitType(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A number of frames, or a percentage of them such as `2.5%`."""

    name = "limit"
    toml = (str, int)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Show both ways."""
        return "N|P%"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, bool]:
        """The number, and whether it is a percentage."""
        text, is_percent = str(value).removesuffix("%").strip(), str(value).endswith("%")
        try:
            number = float(text) if is_percent else float(int(text))
        except ValueError:
            number = math.nan
        if not 0 <= number <= (100 if is_percent else math.inf):
            self.fail(f"{value!r} is neither a number of frames nor a percentage such as 2.5%", param, ctx)
        return number, is_percent


class CheckCommand(GroupedCommand):
    """`check` with its options in groups."""

    groups = {  # noqa: RUF012 - read-only data of a command
        "Limits": ("max_failed", "max_empty", "min_coverage", "min_mean_score"),
        "Report": ("as_json", "junit"),
    }
    examples = (
        (
            "no frame failed, and there is a person in 90% of the frames",
            "movenet check movenet-out --max-failed 0 --min-coverage 90%",
        ),
    )


@click.command(cls=CheckCommand)
@click.argument("results", type=ResultsText(only_folders=True))
@option(
    "--max-failed", type=LimitType(), help="At most so many failed frames; an unreadable input counts as one."
)
@option("--max-empty", type=LimitType(), help="At most so many frames without a person.")
@option("--min-coverage", type=LimitType(), help="At least so many frames with a person.")
@option("--min-mean-score", type=Number(0, 1), help="The lowest mean score of all people.")
@option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
@option(
    "--junit",
    metavar="FILE",
    type=PathText(),
    help="Also write JUnit XML with one test case per limit; missing folders are made, as by all commands.",
)
@config_options(option)
def check(results: Storage, as_json: bool, junit: Path | None, **limits: Any) -> int:
    """Check results against limits. Exit code 3 if one is not met.

    RESULTS is a results folder of `annotate` with JSON or JSONL documents. Prints one line per limit.
    """
    from movenet_cli.results.check import Limit, Limits, find, write_junit  # noqa: PLC0415 - not for --help

    given = {name: value for name, value in limits.items() if value is not None}
    if not given:
        raise UsageError("there is nothing to check: give a limit, such as --max-failed 0")
    made = {
        name: Limit(*value) if isinstance(value, tuple) else Limit(value) for name, value in given.items()
    }
    with results_here(results) as folder:
        checks = find(folder).check(Limits(**made))
    if as_json:
        rows = [asdict(each) | {"limit": str(each.limit)} for each in checks]
        print_data(json.dumps({"is_met": all(each.is_met for each in checks), "checks": rows}, indent=1))
    else:
        for each in checks:
            verdict = "ok" if each.is_met else "NOT MET"
            print_data(f"{verdict:<7}  {each.name:<16} {each.found:<28} limit {each.limit}")
    if junit is not None:
        write_junit(junit, checks)
    missed = sum(not each.is_met for each in checks)
    print_message(f"{counted(len(checks), 'limit')} checked, {missed:,} not met in {results}")
    return ExitCode.INPUT if missed else ExitCode.OK
