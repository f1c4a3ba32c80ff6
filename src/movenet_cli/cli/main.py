"""The command `movenet`: loads each command when it is called, and turns errors into exit codes."""

import importlib
import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from movenet_cli import __version__
from movenet_cli.cli.logs import logs_as_messages
from movenet_cli.cli.printing import (
    SafeStderr,
    message_format,
    print_json_from_now_on,
    print_message,
    prints_json,
)
from movenet_cli.cli.signals import ignore_interrupts, one_interrupt
from movenet_cli.core.wording import nearest
from movenet_cli.errors import ExitCode, MovenetError
from movenet_cli.io.address import public_address

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS: Final = {
    "annotate": ("movenet_cli.cli.annotate:annotate", "Find people's keypoints in images and videos."),
    "models": ("movenet_cli.cli.models:models", "List, download and verify the models."),
    "render": ("movenet_cli.cli.render:render", "Draw overlays from results."),
    "merge": ("movenet_cli.cli.merge:merge", "Complete a results folder that shards of a run have written."),
    "convert": ("movenet_cli.cli.convert:convert", "Convert results to another format."),
    "select": ("movenet_cli.cli.select:select", "List the frames that are most worth labelling."),
    "evaluate": ("movenet_cli.cli.evaluate:evaluate", "Measure accuracy against human annotations."),
    "validate": (
        "movenet_cli.cli.validate:validate",
        "Check that a results folder is complete and undamaged.",
    ),
    "check": ("movenet_cli.cli.check:check", "Check results against limits, for scripts and CI."),
    "report": ("movenet_cli.cli.report:report", "Make an HTML page about a results folder."),
    "doctor": ("movenet_cli.cli.doctor:doctor", "Check what works on this machine."),
    "completion": ("movenet_cli.cli.completion:completion", "Let a shell complete what you type."),
}
"""Name of each command → its place and its line of help; nothing is imported to show the list."""

_ELSEWHERE: Final = {
    "version": "--version",
    "list": "models list",
    "fetch": "models fetch",
    "download": "models fetch",
    "verify": "models verify",
}
"""What people try as a command → what it is called here."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command name, in the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what stands before the command, which is no place for the commands' options."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            annotate = self.get_command(ctx, "annotate")
            if annotate is None or not any(error.option_name in each.opts for each in annotate.params):
                raise
            advice = f"options follow the command, as in `movenet annotate {error.option_name}`"
            raise click.UsageError(f"no such option {error.option_name}: {advice}", ctx) from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest the one that was probably meant."""
        name = args[0]
        if name in COMMANDS or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        raise click.UsageError(f"there is no command {public_address(name)!r}: {_advice(args)}", ctx)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """The commands that begin so, without importing them, or options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only shells need it

        options = click.Command.shell_complete(self, ctx, incomplete)
        names = [(name, text) for name, (_, text) in COMMANDS.items() if name.startswith(incomplete)]
        return [*(CompletionItem(name, help=text) for name, text in names), *options]

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an interrupt is reported by `run` alone, and wrong usage names its command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if error.ctx is None and ctx.invoked_subcommand:  # as Click's parser raises it
                error.ctx = click.Context(self, parent=ctx, info_name=ctx.invoked_subcommand)
            raise
        except KeyboardInterrupt as error:
            raise click.Abort from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _advice(words: Sequence[str]) -> str:
    """What somebody probably meant whose first word is no command."""
    name, *rest = words
    if name == "help":
        asked = [each for each in rest[:1] if each in COMMANDS]
        return f"did you mean `{' '.join(['movenet', *asked, '--help'])}`?"
    if name in _ELSEWHERE:
        return f"did you mean `movenet {_ELSEWHERE[name]}`?"
    near = nearest(name, COMMANDS)
    is_path = os.sep in name or Path(name).suffix or "*" in name
    if is_path or (near is None and os.path.lexists(name)):
        return f"did you mean `movenet annotate {shlex.quote(public_address(name))}`?"
    return f"did you mean `movenet {near}`?" if near else f"the commands are {', '.join(COMMANDS)}"


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with:  movenet annotate ./videos --overlay",
)
@click.version_option(__version__, prog_name="movenet")
def movenet() -> None:
    """Bulk human-pose annotation with Google's MoveNet models.

    Reads images, videos and folders of them; writes keypoints as JSON, JSONL, CSV or COCO, and skeleton
    overlays. Standard output is for data only; progress and messages go to standard error.
    """


def main() -> NoReturn:
    """Run the command line and exit with its code; see `ExitCode`."""
    code = run()
    ignore_interrupts()
    try:
        sys.stdout.flush()
    except (OSError, AttributeError):  # its reader is gone, or the caller has closed it
        _silence_stdout()
    sys.exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; every error becomes one line on standard error."""
    _fill_closed_descriptors()
    # OpenBLAS starts threads that nobody needs here, and interrupts the process where it may not.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with one_interrupt(), message_format(), logs_as_messages():
        if _wants_json(sys.argv[1:] if arguments is None else arguments):
            print_json_from_now_on()
        try:
            return _run(arguments)
        except (KeyboardInterrupt, click.Abort):
            print_message("movenet: interrupted", "error")
            return ExitCode.INTERRUPTED


def _wants_json(words: Sequence[str]) -> bool:
    """Whether messages shall be JSON; known before the options are parsed, for errors in these."""
    if not words or words[0] != "annotate":
        return False
    kind = os.environ.get("MOVENET_ANNOTATE_PROGRESS")
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, _, value = word.partition("=")
        if name == "--progress":
            kind = value or following
    return kind == "json"


def _run(arguments: list[str] | None) -> int:
    if "_MOVENET_COMPLETE" in os.environ:  # a shell asks what could come next
        importlib.import_module("movenet_cli.cli.completion")
    try:
        result = movenet.main(arguments, prog_name="movenet", standalone_mode=False)
    except click.NoSuchOption as error:
        near = nearest(error.option_name, error.possibilities or ())
        hint = f": did you mean {near}?" if near else ""
        return _print_usage_error(click.UsageError(f"no such option {error.option_name}{hint}", error.ctx))
    except click.UsageError as error:
        return _print_usage_error(error)
    except click.ClickException as error:
        print_message(f"movenet: {error.format_message()}", "error")
        return error.exit_code
    except MovenetError as error:
        print_message(f"movenet: {error}", "error")
        return error.exit_code
    except click.Abort:
        raise
    except Exception as error:  # noqa: BLE001 - the last place that can tell the user
        return _print_bug(error)
    return int(result) if isinstance(result, int) else ExitCode.OK


def _print_usage_error(error: click.UsageError) -> ExitCode:
    """Print wrong usage in one line, in the style of all errors; without any command, print the help."""
    text = error.format_message()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        SafeStderr().write(text + "\n")
        return ExitCode.USAGE
    text = " ".join(text.split())
    command = error.ctx.command_path if error.ctx is not None else "movenet"
    text = text[:1].lower() + text[1:]
    hint = "" if text.endswith("?") else f"; see `{command} --help`"
    print_message(f"movenet: {text.rstrip('.')}{hint}", "error")
    return ExitCode.USAGE


def _print_bug(error: Exception) -> ExitCode:
    """Print an unexpected error with everything that a bug report needs."""
    line = f"movenet: internal error, please report it: {type(error).__name__}: {error}"
    trace = "".join(traceback.format_exception(error))
    if prints_json():
        print_message(line, "error", traceback=trace)
    else:
        for each in (*trace.splitlines(), line):
            print_message(each)
    return ExitCode.BUG


def _fill_closed_descriptors() -> None:
    """Open closed standard streams (`2>&-`) to nowhere, so that no results file takes their number."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass  # takes the lowest free number
    os.close(descriptor)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.dup(2), "w")


def _silence_stdout() -> None:
    """Keep the interpreter from writing to a closed pipe once more when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
