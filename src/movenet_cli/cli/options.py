"""What the commands' options are made of: types, names in the environment, help in groups."""

import math
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource

from movenet_cli.core.shard import Shard, parse_shard
from movenet_cli.core.time_point import TimePoint, parse_time_point
from movenet_cli.settings import is_device, not_a_device

F = TypeVar("F", bound=Callable[..., Any])

OFFLINE: Final[dict[str, Any]] = {
    "is_flag": True,
    "also_from": ["MOVENET_OFFLINE"],
    "help": "Do not use the network; models must be on this machine already.",
}
"""The attributes of `--offline`, which several commands have."""


class NamedOption(click.Option):
    """An option with a name in the environment, which `--help` shows and errors quote when it was used."""

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """`--fps`, or MOVENET_ANNOTATE_FPS when the value came from there."""
        if ctx is not None and ctx.get_parameter_source(self.name or "") is ParameterSource.ENVIRONMENT:
            return next((name for name in self.envvar or () if os.environ.get(name)), self.opts[-1])
        return max(self.opts, key=len)


def options_of(*command: str) -> Callable[..., Callable[[F], F]]:
    """`click.option` for the options of a command, each with a name in the environment.

    `--to` of `convert` is MOVENET_CONVERT_TO; `also_from` takes further names.

    Args:
        command: its name, or group and name.
    """
    return partial(_option, "_".join(("MOVENET", *command)).upper())


def _option(
    prefix: str, *declarations: str, also_from: Sequence[str] = (), **attributes: Any
) -> Callable[[F], F]:
    flag = next(each for each in declarations if each.startswith("--")).partition("/")[0]
    name = f"{prefix}_{flag[2:].replace('-', '_').upper()}"
    made: Callable[[F], F] = click.option(
        *declarations, cls=NamedOption, envvar=[name, *also_from], show_envvar=True, **attributes
    )
    return made


class Integer(click.IntRange):
    """A whole number in a range."""

    name = "integer"


class Number(click.FloatRange):
    """A finite number in a range."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert as Click does, and refuse `nan` and `inf`."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number", param, ctx)
        return number


class Text(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Any text but an empty one, which is usually a variable that a script has not set."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse an empty text."""
        if not str(value):
            self.fail("it is empty", param, ctx)
        return str(value)


class PathText(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A path, whether it exists or not; an empty one, which would mean the current folder, is refused."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Refuse an empty text."""
        if isinstance(value, Path):
            return value
        return Path(Text().convert(value, param, ctx))


class Device(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """`auto`, `cpu`, `gpu` or `gpu:N`."""

    name = "device"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Show the choices."""
        return "[auto|cpu|gpu|gpu:N]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the spelling; whether there is such a device shows when the model is loaded."""
        if not is_device(str(value)):
            self.fail(not_a_device(str(value)), param, ctx)
        return str(value)


class TimePointType(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """`12.5`, `hh:mm:ss.s`, `mm:ss`, or a frame such as `123f`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> TimePoint:
        """Parse the text; anything else is a usage error that shows the forms."""
        if isinstance(value, TimePoint):
            return value
        try:
            return parse_time_point(str(value))
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from None


class ShardType(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """`i/N`: the i-th of N parts of the inputs, counted from 1."""

    name = "shard"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Show the form."""
        return "i/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """Parse the text; anything else is a usage error that shows the form."""
        if isinstance(value, Shard):
            return value
        try:
            return parse_shard(str(value))
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from None


class FormatList(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """One or more of some names, comma-separated; `noun` is what a message calls them."""

    name = "format"

    def __init__(self, known: Sequence[str], noun: str = "formats") -> None:
        self.known = tuple(known)
        self._noun = noun

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Show the choices."""
        return "[" + "|".join(self.known) + "]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Split at commas and check each."""
        if isinstance(value, tuple):
            return value
        names = tuple(part.strip().lower() for part in str(value).split(",") if part.strip())
        unknown = [name for name in names if name not in self.known]
        if unknown or not names:
            self.fail(f"{value!r}: the {self._noun} are {', '.join(self.known)}", param, ctx)
        return names


class GroupedCommand(click.Command):
    """A command whose help shows its options in named groups, and examples before them.

    Attributes:
        groups: group title to the names of its parameters.
        examples: lines shown as they are.
    """

    groups: dict[str, tuple[str, ...]]
    examples: tuple[tuple[str, str], ...]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Usage, text, examples, groups."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        with formatter.section("Examples"):
            for comment, command in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}# {comment}\n")
                formatter.write(f"{'':>{formatter.current_indent}}{command}\n")
        self.format_options(ctx, formatter)
        self.format_epilog(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each option under its group; what no group names comes last."""
        by_name = {param.name: param for param in self.get_params(ctx) if isinstance(param, click.Option)}
        for title, names in self.groups.items():
            self._format_group(ctx, formatter, title, [by_name.pop(name) for name in names])
        self._format_group(ctx, formatter, "Other", list(by_name.values()))

    @staticmethod
    def _format_group(
        ctx: click.Context, formatter: click.HelpFormatter, title: str, options: Sequence[click.Option]
    ) -> None:
        rows = [row for option in options if (row := option.get_help_record(ctx)) is not None]
        with formatter.section(title):
            formatter.write_dl(rows)
