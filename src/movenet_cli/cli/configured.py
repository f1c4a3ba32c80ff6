"""Commands whose options can be set in a configuration file, with the three options about that file."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from movenet_cli.cli.config_file import ConfigFile, find_config, read_config
from movenet_cli.cli.option_types import PathText, PlaceText, toml_types
from movenet_cli.cli.printing import print_data, print_json_from_now_on, print_message
from movenet_cli.core.wording import nearest
from movenet_cli.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])

CONFIG_PLACE: Final = "movenet_cli.config_place"
"""Key of a context's `meta`: the file, and the table in it, that hold settings of the command."""

FILE_OPTIONS: Final = ("config", "no_config", "print_config")
"""The parameters that `config_options` makes."""

_KINDS: Final = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}
"""What a value of TOML is called in messages."""


def config_options(option: Callable[..., Callable[[F], F]]) -> Callable[[F], F]:
    """The options about the configuration file, for a `ConfiguredCommand`.

    Args:
        option: makes options of the command, see `options.options_of`.
    """
    made = (
        option(
            "--config",
            metavar="FILE",
            type=PathText(),
            also_from=["MOVENET_CONFIG"],
            expose_value=False,
            help="Take settings from this file, instead of the nearest movenet.toml or pyproject.toml.",
        ),
        option(
            "--no-config",
            is_flag=True,
            also_from=["MOVENET_NO_CONFIG"],
            expose_value=False,
            help="Take no settings from a file.",
        ),
        option(
            "--print-config",
            is_flag=True,
            expose_value=False,
            help="Print all settings as a configuration file, with where each came from. Do nothing else.",
        ),
    )

    def decorate(function: F) -> F:
        for each in reversed(made):
            function = each(function)
        return function

    return decorate


class ConfiguredCommand(click.Command):
    """A command whose options may also come from its table in the configuration file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as Click does, with what the file says in the place of the defaults."""
        if ctx.resilient_parsing:  # a shell asks what could come next
            return super().parse_args(ctx, args)
        typed, _, _ = self.make_parser(ctx).parse_args(list(args))
        help_option = self.get_help_option(ctx)
        if help_option is not None and typed.get(help_option.name):  # help needs no file, not even a good one
            return super().parse_args(ctx, args)
        if (config := self._chosen_file(ctx, typed)) is not None:
            ctx.default_map = self._settings(ctx, config)
        if self._value(ctx, typed, "progress") == "json":
            print_json_from_now_on()
        if self._value(ctx, typed, "print_config"):
            from movenet_cli.cli.print_config import config_text  # noqa: PLC0415 - slow to import

            print_data(config_text(ctx, typed, self._configurable(ctx)))
            ctx.exit()
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Say where settings came from that nobody typed, then run the command."""
        place = ctx.meta.get(CONFIG_PLACE)
        if place is None:
            return super().invoke(ctx)
        is_quiet = ctx.params.get("quiet")
        if not is_quiet:
            print_message(f"movenet: settings from {place}")
        try:
            return super().invoke(ctx)
        except (click.UsageError, UsageError):  # perhaps about a setting that nobody typed
            if is_quiet:
                print_message(f"movenet: settings from {place}", "error")
            raise

    def _option(self, ctx: click.Context, name: str) -> click.Option | None:
        options = (each for each in self.get_params(ctx) if isinstance(each, click.Option))
        return next((each for each in options if each.name == name), None)

    def _configurable(self, ctx: click.Context) -> dict[str, click.Option]:
        """The options that a file can set, by their keys in it: `min-score` for `--min-score`."""
        options = (each for each in self.get_params(ctx) if isinstance(each, click.Option))
        return {_key(each): each for each in options if each.expose_value}

    def _value(self, ctx: click.Context, typed: Mapping[str, Any], name: str) -> Any:
        """The value of an option that is needed before Click processes them all; None if there is none."""
        option = self._option(ctx, name)
        if option is None:
            return None
        # What Click itself calls for each option in turn; there is no public way to ask for just one.
        value, source = option.consume_value(ctx, typed)
        ctx.set_parameter_source(name, source)  # for messages about the value
        return option.process_value(ctx, value)

    def _chosen_file(self, ctx: click.Context, typed: Mapping[str, Any]) -> ConfigFile | None:
        """The file that `--config` names, or the nearest one; what is typed comes before the environment."""
        if "config" in typed and typed.get("no_config"):
            raise click.UsageError("--config and --no-config contradict each other; leave one of them out")
        if "config" not in typed and self._value(ctx, typed, "no_config"):
            return None
        path = self._value(ctx, typed, "config")
        if not isinstance(path, Path):
            return find_config()
        try:
            return read_config(path)
        except UsageError as error:
            raise click.BadParameter(str(error), ctx, self._option(ctx, "config")) from error

    def _settings(self, ctx: click.Context, config: ConfigFile) -> dict[str, Any]:
        """What the file says of this command: parameter's name to value.

        Raises:
            UsageError: the file has names that nobody knows, or values of the wrong type.
        """
        table, heading = _own_table(ctx, config)
        place = f"{config.path} {heading}"
        if table:
            ctx.meta[CONFIG_PLACE] = place
        options, settings = self._configurable(ctx), {}
        for key, value in table.items():
            option = options.get(key.replace("_", "-"))
            if option is None:
                raise UsageError(f"{place}: there is no {key!r}{self._advice(ctx, key)}")
            checked = _checked(f"{place}: {key}", option, value)
            settings[option.name or ""] = _placed(option.type, checked, config.path.parent)
        return settings

    def _advice(self, ctx: click.Context, key: str) -> str:
        """What to write in the place of a key that no option has."""
        if key in [each.name for each in self.get_params(ctx) if isinstance(each, click.Argument)]:
            return "; it belongs on the command line"
        options = self._configurable(ctx)
        name = key.replace("_", "-")
        if (positive := options.get(name.removeprefix("no-"))) is not None and positive.is_flag:
            return f"; write {_key(positive)} = false"
        near = nearest(name, options)
        return f": did you mean {near}?" if near else f": the names are {', '.join(options)}"


def _key(option: click.Option) -> str:
    return next(each for each in option.opts if each.startswith("--"))[2:]


def _own_table(ctx: click.Context, config: ConfigFile) -> tuple[Mapping[str, Any], str]:
    """The command's own table and its heading; what else is in the file must be tables of commands, too."""
    table, heading = config.sections, config.prefix
    for group, name in _way(ctx):
        _check_tables(config.path, table, heading, group)
        own = table.get(name, {})
        table, heading = own if isinstance(own, dict) else {}, f"{heading}{name}."
    return table, f"[{heading[:-1]}]"


def _way(ctx: click.Context) -> Iterator[tuple[list[str], str]]:
    """From the top down to a command: the names in each group, and the one that was called."""
    if ctx.parent is not None:
        yield from _way(ctx.parent)
        assert isinstance(ctx.parent.command, click.Group)  # noqa: S101 - only groups have children
        yield ctx.parent.command.list_commands(ctx.parent), ctx.info_name or ""


def _check_tables(path: Path, table: Mapping[str, Any], heading: str, known: list[str]) -> None:
    """Every key must be the name of a command, and its value a table."""
    for key, value in table.items():
        if key in known and isinstance(value, dict):
            continue
        if not isinstance(value, dict):
            raise UsageError(
                f"{path}: {heading}{key} stands outside the tables of commands; put it below "
                f"[{heading}{known[0]}], for instance"
            )
        near = nearest(key, known)
        advice = f"did you mean [{heading}{near}]?" if near else f"there are {', '.join(known)}"
        raise UsageError(f"{path}: there is no command for [{heading}{key}]: {advice}")


def _checked(place: str, option: click.Option, value: Any) -> Any:
    """The value as Click takes it; its range, or whether a file is there, is checked as on the command line.

    Raises:
        UsageError: it is of the wrong type.
    """
    types = toml_types(option)
    values = value if option.multiple and isinstance(value, list) else [value]
    for each in values:
        if not isinstance(each, types) or (isinstance(each, bool) and bool not in types):
            wanted = " or ".join(_KINDS[kind] for kind in types if not (kind is int and float in types))
            several = ", or several in [ ]" if option.multiple else ""
            raise UsageError(f"{place} must be {wanted}{several}; it is {_shown(each)}")
    return values if option.multiple else value


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a table"
    return repr(value) if isinstance(value, str) else str(value)


def _placed(kind: object, value: Any, folder: Path) -> Any:
    """Paths in the file are relative to its folder."""
    return kind.placed(value, folder) if isinstance(kind, PlaceText) else value
