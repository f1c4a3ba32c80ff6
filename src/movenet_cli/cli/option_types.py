"""The types of the commands' options: what each takes and refuses, and what a shell may complete."""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from movenet_cli.core.shard import Shard, parse_shard
from movenet_cli.core.time_point import TimePoint, parse_time_point
from movenet_cli.core.wording import nearest
from movenet_cli.io.address import public_address, scheme_of
from movenet_cli.io.storage.interface import Storage
from movenet_cli.io.storage.open_storage import open_storage
from movenet_cli.settings import STREAM, is_device, not_a_device

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def toml_types(option: click.Option) -> tuple[type, ...]:
    """The types of TOML in which a configuration file gives a value of an option."""
    if option.is_flag:
        return (bool,)
    if option.count:
        return (int,)
    return getattr(option.type, "toml", (str,))


class Integer(click.IntRange):
    """A whole number in a range."""

    name = "integer"
    toml = (int,)


class Number(click.FloatRange):
    """A finite number in a range."""

    name = "number"
    toml = (int, float)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert as Click does, and refuse `nan` and `inf`."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number", param, ctx)
        return number


class Choice(click.Choice):  # type: ignore[type-arg,unused-ignore]
    """One of some words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Name the words, and the one that was probably meant."""
        return f"{value!r} is not one of {', '.join(self.choices)}{_question(str(value), self.choices)}"


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
            question = _question(unknown[0], self.known) if unknown else ""
            self.fail(f"{value!r}: the {self._noun} are {', '.join(self.known)}{question}", param, ctx)
        return names

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Complete the name behind the last comma, with one that is not in front of it."""
        before, comma, last = incomplete.rpartition(",")
        rest = [name for name in self.known if name not in before.split(",")]
        return [_item(f"{before}{comma}{name}") for name in rest if name.startswith(last)]


class Text(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Any text but an empty one, which is usually a variable that a script has not set."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse an empty text."""
        if not str(value):
            self.fail("it is empty", param, ctx)
        return str(value)


class PlaceText(Text):
    """A path as text, whether it exists or not; or `-`.

    Args:
        only_folders: whether a shell completes folders only.
    """

    name = "path"

    def __init__(self, *, only_folders: bool = False) -> None:
        self._completed = "dir" if only_folders else "file"

    def placed(self, text: str, folder: Path) -> str:
        """The path of a text in a configuration file, relative to its folder; an address stays as it is."""
        return text if text in ("", STREAM) or "://" in text else _joined(folder, text)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Let the shell complete files or folders."""
        return [_item(incomplete, self._completed)]


class PathText(PlaceText):
    """A path, whether it exists or not; an empty one, which would mean the current folder, is refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Refuse an empty text, and an address."""
        if isinstance(value, Path):
            return value
        text = super().convert(value, param, ctx)
        if scheme_of(text) is not None:
            self.fail(f"{public_address(text)!r} is an address; this must be on this machine", param, ctx)
        return Path(text)


class ResultsText(PlaceText):
    """A results folder: a path, or the address of one in an object store."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Storage:
        """Refuse an empty text, and where no results can be."""
        return value if isinstance(value, Storage) else open_storage(super().convert(value, param, ctx))


class ModelText(PlaceText):
    """The name of a model, or the path of one.

    Args:
        only_names: whether paths are left out of what a shell completes.
    """

    name = "model"

    def __init__(self, *, only_names: bool = False) -> None:
        super().__init__()
        self._only_names = only_names

    def placed(self, text: str, folder: Path) -> str:
        """As of other paths; a name is a name."""
        from movenet_cli.models.hub.catalogue import CATALOGUE  # noqa: PLC0415 - not for --help
        from movenet_cli.models.hub.resolve import is_path  # noqa: PLC0415

        place = super().placed(text, folder)
        is_place = is_path(text) or os.path.exists(place)  # noqa: PTH110 - a Path raises when it is too long
        return place if text not in CATALOGUE and is_place else text

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Names, and models in the current folder; any file and folder where none of these fits."""
        from movenet_cli.models.hub.catalogue import CATALOGUE  # noqa: PLC0415 - not for --help

        names = [
            _item(name, help=model.good_for)
            for name, model in CATALOGUE.items()
            if name.startswith(incomplete)
        ]
        if self._only_names:
            return names
        here = sorted(path.name for path in Path().glob("*.tflite") if path.name.startswith(incomplete))
        found = [*names, *(_item(name) for name in here if name == shlex.quote(name))]  # bash quotes nothing
        return found or super().shell_complete(ctx, param, incomplete)


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

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Complete the kind of device."""
        return [_item(name) for name in ("auto", "cpu", "gpu") if name.startswith(incomplete)]


class TimePointType(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """`12.5`, `hh:mm:ss.s`, `mm:ss`, or a frame such as `123f`."""

    name = "time"
    toml = (str, int, float)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> TimePoint:
        """Parse the text; anything else is a usage error that shows the forms."""
        if isinstance(value, TimePoint):
            return value
        try:
            return parse_time_point(str(value))
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from None


def _question(name: str, known: Iterable[str]) -> str:
    """What was probably meant, to stand at the end of a message."""
    near = nearest(name, known)
    return f"; did you mean {near}?" if near else ""


def _joined(folder: Path, text: str) -> str:
    """A path relative to a folder, or to the user's home; `./thunder` stays what it is."""
    before = "" if folder == Path() else folder
    return os.path.join(before, os.path.expanduser(text))  # noqa: PTH111, PTH118


def _item(value: str, kind: str = "plain", help: str | None = None) -> CompletionItem[str]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only shells need it

    return CompletionItem(value, kind, help)
