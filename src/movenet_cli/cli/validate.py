"""`movenet validate`: checks a results folder from end to end."""

from pathlib import Path

import click

from movenet_cli.cli.options import PathText
from movenet_cli.cli.printing import print_message, printable
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode


@click.command()
@click.argument("results", type=PathText())
def validate(results: Path) -> int:
    """Check that a results folder is complete and undamaged.

    RESULTS is a results folder of `annotate`. Checks the schema, the counts, that there is one record per
    frame, and that every file is as the journal recorded it. Prints one line per problem, with the place
    and what is wrong. Exit code 3 if there are any.

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
    print_message(f"{counted(validation.files, 'file')} checked, {verdict} found in {results}")
    return ExitCode.INPUT if found else ExitCode.OK
