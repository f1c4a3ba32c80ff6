"""`movenet validate`: a results folder checked from end to end."""

from pathlib import Path

import click

from movenet_cli.cli.options import PathText
from movenet_cli.cli.printing import printable, say
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode


@click.command()
@click.argument("results", type=PathText())
def validate(results: Path) -> int:
    """Check schema, counts, one record per frame, and that every file is what the journal says.

    RESULTS is an output folder of `annotate`. Each problem is one line on standard output, where and what.
    Exit code 3 when there are any.

    \b
    Example:
      movenet validate movenet-out && echo complete
    """
    from movenet_cli.results.validate import Validation  # noqa: PLC0415 - heavy, and not for --help

    validation, found = Validation(results), 0
    for problem in validation.problems():
        found += 1
        click.echo(f"{printable(str(problem.where))}: {printable(problem.what)}")
    verdict = counted(found, "problem") if found else "no problem"
    say(f"{counted(validation.files, 'file')} checked, {verdict} found in {results}")
    return ExitCode.INPUT if found else ExitCode.OK
