"""Option types and the grouped help of the commands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in a video: seconds, or a frame index; exactly one is set."""

    seconds: float | None = None
    frame: int | None = None


class MomentType(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """`12.5`, `hh:mm:ss.s`, `mm:ss`, or a frame such as `123f`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Moment:
        """Parse the text; anything else is a usage error that shows the three ways."""
        if isinstance(value, Moment):
            return value
        text = str(value).strip()
        if re.fullmatch(r"\d+f", text):
            return Moment(frame=int(text[:-1]))
        if re.fullmatch(r"\d+(\.\d*)?|\.\d+", text):
            return Moment(seconds=float(text))
        if clock := _CLOCK.fullmatch(text):
            hours, minutes, seconds = clock.groups()
            return Moment(seconds=int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds))
        advice = "use seconds (12.5), a clock time (00:01:30) or a frame (250f)"
        raise click.BadParameter(f"{value!r} is no moment: {advice}", ctx, param)


class FormatList(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """One or more formats, comma-separated."""

    name = "format"

    def __init__(self, known: Sequence[str]) -> None:
        self.known = tuple(known)

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
            self.fail(f"{value!r}: the formats are {', '.join(self.known)}", param, ctx)
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
