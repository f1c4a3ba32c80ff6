"""Gives each input a name of its own, by which its results are called."""

import os
from pathlib import Path

from movenet_cli.core.inputs import InputFile
from movenet_cli.errors import UsageError
from movenet_cli.io.address import parse_address, public_address, scheme_of
from movenet_cli.media.input_table import InputTable


def folders_of(path: str) -> tuple[str, ...]:
    """The names of a folder and all above it, outermost first."""
    return Path(os.path.abspath(path)).parts[1:]  # noqa: PTH100 - `..` goes, links stay


def names_apart(inputs: InputTable) -> None:
    """Name the inputs; namesakes get folders' names in front, all of them equally many.

    Raises:
        UsageError: two cannot be told apart.
    """
    while (name := inputs.first_namesake()) is not None:
        if not inputs.tell_namesakes_apart():
            raise UsageError(
                f"two inputs would both be called {name}; name them from a common folder with --root"
            )


def names_below(root: str, inputs: InputTable) -> None:
    """Name the inputs relative to the user's folder, or to an address; what was ready keeps its name.

    Raises:
        UsageError: one is not below it.
    """
    inputs.rename(lambda file: _below(root, file))
    if (name := inputs.first_namesake()) is not None:
        raise UsageError(f"two inputs would both be called {name} below {root}")


def _below(root: str, file: InputFile) -> str:
    """By the paths as written, or else with links resolved."""
    if file.url is not None:
        return _below_address(root, file.url)
    if file.origin is not None:
        return file.name
    path = str(file.path)
    real = os.path.join(os.path.realpath(file.path.parent), file.path.name)  # noqa: PTH118
    for folder, place in ((os.path.abspath(root), os.path.abspath(path)), (os.path.realpath(root), real)):  # noqa: PTH100
        if Path(place).is_relative_to(folder):
            return Path(place).relative_to(folder).as_posix()
    raise _not_below(root, path)


def _below_address(root: str, url: str) -> str:
    here = parse_address(url)
    if scheme_of(root) is not None:
        try:
            above = parse_address(root)
        except ValueError as error:
            raise UsageError(f"--root: {error}") from error
        depth = len(above.parts)
        if (above.scheme, above.host, above.parts) == (here.scheme, here.host, here.parts[:depth]):
            return "/".join(here.parts[depth:]) or here.name
    raise _not_below(root, here.public)


def _not_below(root: str, location: str) -> UsageError:
    return UsageError(
        f"{location} is not below {public_address(root)}: choose a --root that all inputs are below"
    )
