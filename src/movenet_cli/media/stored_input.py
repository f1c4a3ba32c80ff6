"""Finds an input again where results say that it was."""

from pathlib import Path

from movenet_cli.core.inputs import InputFile
from movenet_cli.errors import MediaError
from movenet_cli.io.numbered_files import is_numbered
from movenet_cli.media.find_sequence import find_sequence


def stored_input(path: Path, name: str, fps: float | None) -> InputFile | None:
    """The file or the numbered images that results were made of; None when nothing is there.

    Args:
        path: as in the results.
        name: of the input.
        fps: as in the results; the rate of numbered images.
    """
    if path.is_file():
        return InputFile(path, name)
    if fps is None or not is_numbered(path.name):
        return None
    try:
        return InputFile(path, name, find_sequence(path, fps))
    except MediaError:
        return None
