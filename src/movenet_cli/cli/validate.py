"""`movenet validate`: a results folder checked from end to end."""

import json
from pathlib import Path

import click

from movenet_cli.cli.options import PathText, options_of
from movenet_cli.cli.printing import printable, say
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode

option = options_of("validate")


@click.command()
@click.argument("results", type=PathText())
@option("--json", "as_json", is_flag=True, help="The problems as JSON.")
def validate(results: Path, as_json: bool) -> int:
    """Check schema, counts, one record per frame, and that every file is what the journal says.

    RESULTS is an output folder of `annotate`. Each problem is one line on standard output, where and what.
    Exit code 3 when there are any.

    \b
    Example:
      movenet validate movenet-out && echo complete
    """
    from movenet_cli.results.validate import Validation  # noqa: PLC0415 - heavy, and not for --help

    validation, found = Validation(results), 0
    problems = []
    for problem in validation.problems():
        found += 1
        where, what = printable(str(problem.where)), printable(problem.what)
        if as_json:
            problems.append({"where": where, "what": what})
        else:
            click.echo(f"{where}: {what}")
    if as_json:
        click.echo(json.dumps({"files": validation.files, "problems": problems}, indent=1))
    verdict = counted(found, "problem") if found else "no problem"
    say(f"{counted(validation.files, 'file')} checked, {verdict} found in {results}")
    return ExitCode.INPUT if found else ExitCode.OK
