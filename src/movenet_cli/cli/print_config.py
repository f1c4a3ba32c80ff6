"""The settings of a command as a configuration file that gives the same settings again."""

from collections.abc import Mapping
from typing import Any

import click
import tomlkit
from click.core import ParameterSource

from movenet_cli.cli.configured import CONFIG_PLACE
from movenet_cli.cli.options import NamedOption
from movenet_cli.cli.printing import printable


def config_text(ctx: click.Context, typed: Mapping[str, Any], options: Mapping[str, click.Option]) -> str:
    """The table of a command with every option that has a value, and where it came from.

    Args:
        ctx: the command's context; what the file says is its `default_map`.
        typed: what Click's parser found on the command line.
        options: key in the file to option.

    Raises:
        click.UsageError: a value cannot be used.
    """
    document = tomlkit.document()
    document.add(tomlkit.comment(f"the settings of `{ctx.command_path}`; paths are relative to this file"))
    table: Any = document
    for name in ctx.command_path.split()[1:]:
        table = table.setdefault(name, tomlkit.table())
    for key, option in options.items():
        value, origin = _value(ctx, typed, option)
        if value is None:
            table.add(tomlkit.comment(f"{key}: not set"))
        else:
            table.add(key, tomlkit.item(value).comment(origin))
    return document.as_string().rstrip("\n")


def _value(ctx: click.Context, typed: Mapping[str, Any], option: click.Option) -> tuple[Any, str]:
    """A value as TOML writes it, or None, and where it came from."""
    given, source = option.consume_value(ctx, typed)
    ctx.set_parameter_source(option.name or "", source)
    try:
        used = option.process_value(ctx, given)
    except click.MissingParameter:
        return None, ""
    value = _plain(option, given, used)
    try:
        "".join(map(str, value if isinstance(value, list) else [value])).encode()
    except UnicodeEncodeError as error:
        raise click.BadParameter(f"{value!r} is not UTF-8, as TOML must be", ctx, option) from error
    return value, printable(_origin(ctx, option, source))


def _plain(option: click.Option, given: Any, used: Any) -> Any:
    """A value as numbers and texts; one that a type has parsed, such as a time, as it was given."""
    if option.multiple:
        return [name for each in used for name in (each if isinstance(each, tuple) else [each])]
    if isinstance(used, bool | int | float):
        return used
    return given if isinstance(given, str | int | float) else None


def _origin(ctx: click.Context, option: click.Option, source: ParameterSource) -> str:
    if source is ParameterSource.ENVIRONMENT and isinstance(option, NamedOption):
        return option.variable
    if source is ParameterSource.DEFAULT_MAP:
        return str(ctx.meta[CONFIG_PLACE])
    return "command line" if source is ParameterSource.COMMANDLINE else "default"
