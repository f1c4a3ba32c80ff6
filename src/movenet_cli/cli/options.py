"""What the commands' options are made of: names in the environment and in the file, help in groups."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource

from movenet_cli.cli.configured import CONFIG_PLACE, FILE_OPTIONS, ConfiguredCommand

F = TypeVar("F", bound=Callable[..., Any])

OFFLINE: Final[dict[str, Any]] = {
    "is_flag": True,
    "also_from": ["MOVENET_OFFLINE"],
    "help": "Do not use the network; models must be on this machine already.",
}
"""The attributes of `--offline`, which several commands have."""


class NamedOption(click.Option):
    """An option with a name in the environment, which `--help` shows."""

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Where the value came from: `--fps`, MOVENET_ANNOTATE_FPS, or a place in the configuration file."""
        source = None if ctx is None else ctx.get_parameter_source(self.name or "")
        if source is ParameterSource.ENVIRONMENT:
            return self.variable
        long = max(self.opts, key=len)
        if ctx is not None and source is ParameterSource.DEFAULT_MAP:
            return f"{long[2:]} in {ctx.meta[CONFIG_PLACE]}"
        return long

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Let `--no-overlay` clear the flag `--overlay`, which a file or the environment may have set."""
        super().add_to_parser(parser, ctx)
        if self.is_flag and not self.secondary_opts and self.expose_value:
            opposite = f"--no-{max(self.opts, key=len)[2:]}"
            parser.add_option(obj=self, opts=[opposite], dest=self.name, action="store_const", const=False)

    @property
    def variable(self) -> str:
        """The variable of the environment that the value came from."""
        return next(name for name in self.envvar or () if os.environ.get(name))


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


class GroupedCommand(ConfiguredCommand):
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
        for title, names in (*self.groups.items(), ("Configuration file", FILE_OPTIONS)):
            self._format_group(ctx, formatter, title, [by_name.pop(name) for name in names])
        self._format_group(ctx, formatter, "Other", list(by_name.values()))

    @staticmethod
    def _format_group(
        ctx: click.Context, formatter: click.HelpFormatter, title: str, options: Sequence[click.Option]
    ) -> None:
        rows = [row for option in options if (row := option.get_help_record(ctx)) is not None]
        with formatter.section(title):
            formatter.write_dl(rows)
