"""`movenet validate`: checks a results folder from end to end."""

import json
from pathlib import Path

import click

from movenet_cli.cli.configured import ConfiguredCommand, config_options
from movenet_cli.cli.option_types import ResultsText
from movenet_cli.cli.options import options_of
from movenet_cli.cli.printing import print_data, print_message, printable
from movenet_cli.cli.results_here import results_here
from movenet_cli.core.folder_names import RUN
from movenet_cli.core.wording import counted
from movenet_cli.errors import ExitCode
from movenet_cli.io.storage.interface import Storage

option = options_of("validate")


@click.command(cls=ConfiguredCommand)
@click.argument("results", type=ResultsText(only_folders=True))
@option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
@config_options(option)
def validate(results: Storage, as_json: bool) -> int:
    """Check that a results folder is complete and undamaged.

    RESULTS is a results folder of `annotate`. Checks the schema, the counts, that there is one record per
    frame, and that every file is as the journal recorded it. Prints one line per problem, with the place
    and what is wrong. Exit code 3 if there are any. Inputs and frames that failed and are recorded as such
    are no problem here: `movenet check --max-failed 0` is for them.

    \b
    Example:
      movenet validate movenet-out && echo complete
    """
    with results_here(results, overlays=True) as folder:
        return _validate(folder, as_json)


def _validate(results: Path, as_json: bool) -> ExitCode:
    from movenet_cli.results.validate import Validation  # noqa: PLC0415 - heavy, and not for --help

    validation, found = Validation(results), 0
    problems = []
    for problem in validation.problems():
        found += 1
        where, what = printable(str(problem.where)), printable(problem.what)
        if as_json:
            problems.append({"where": where, "what": what})
        else:
            print_data(f"{where}: {what}")
    if as_json:
        counts = {"files": validation.files, "unread_inputs": validation.unread}
        print_data(json.dumps({**counts, "problems": problems}, indent=1))
    if validation.unread:
        unread = counted(validation.unread, "input")
        print_message(f"{unread} could not be read and left no results: {results / RUN} has the reasons")
    verdict = counted(found, "problem") if found else "no problem"
    print_message(f"{counted(validation.files, 'file')} checked, {verdict} found in {results}")
    return ExitCode.INPUT if found else ExitCode.OK
