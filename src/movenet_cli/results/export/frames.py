"""The images of a dataset: a video's frames as JPEG, and copies of the images, from the run's own inputs."""

import contextlib
import shutil
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import simplejpeg

from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.types import FailedFrame, Frame
from movenet_cli.errors import InputError, MediaError
from movenet_cli.media.opening import open_source
from movenet_cli.media.stored_input import stored_input
from movenet_cli.output.folder.fingerprint import fingerprint, has_changed
from movenet_cli.output.folder.journal import read_journal
from movenet_cli.output.folder.records import Entry
from movenet_cli.results.export.interface import Export, ExportInput
from movenet_cli.results.reading import open_document
from movenet_cli.settings import RANGES

_QUALITY: Final = 95


def input_files(folder: Path, inputs: Sequence[ExportInput]) -> dict[str, InputFile]:
    """The inputs themselves, by name.

    Args:
        folder: the results folder, whose journal knows.
        inputs: all must still be what they were.

    Raises:
        InputError: the place of one is not known, or it is gone or has changed.
    """
    wanted = {each.name: each for each in inputs}
    entries = {entry.name: entry for entry in read_journal(folder) if entry.name in wanted}
    return {name: _unchanged(wanted[name], entries.get(name)) for name in sorted(wanted)}


def _unchanged(wanted: ExportInput, entry: Entry | None) -> InputFile:
    name = wanted.name
    if entry is None or entry.path is None or entry.fingerprint is None:
        raise InputError(f"{name}: the results do not tell where its file is, so no frames can be taken")
    path, mark = Path(entry.path), entry.fingerprint
    if not path.is_absolute():
        raise InputError(f"{name}: it came from {entry.path}; annotate a copy of it, or leave --frames out")
    with open_document(wanted.document, name) as opened:
        file = stored_input(path, name, opened.header.info.fps)
    if file is None:
        raise InputError(f"{name}: its file is gone from {path}; put it back, or leave --frames out")
    try:
        changed = has_changed(file, mark) and fingerprint(file).sha256 != mark.sha256
    except MediaError as error:
        raise InputError(f"{name}: {error}") from error
    if changed:
        raise InputError(f"{name}: {path} has changed since it was annotated; annotate it again first")
    return file


def write_frames(
    inputs: Sequence[ExportInput], files: dict[str, InputFile], export: Export, folder: Path
) -> int:
    """Write every image that the dataset names; how many there are.

    An image is copied as it is. A frame of a video is written upright, as a JPEG.

    Args:
        inputs: the dataset's.
        files: the inputs, by name.
        export: knows what the images are called.
        folder: where to write.

    Raises:
        InputError: a file cannot be read any more.
    """
    count = 0
    for each in inputs:
        if each.images == 0:
            continue
        if each.media == "image":
            place = _place(folder, export.image_name(each.name, "image", 0))
            shutil.copyfile(files[each.name].path, place)
            count += 1
        else:
            count += _write_video(each, files[each.name], export, folder)
    return count


def _write_video(video: ExportInput, file: InputFile, export: Export, folder: Path) -> int:
    count = 0
    wanted = [frame.result.index for frame in video.pictured()]
    with contextlib.closing(_decoded(file, wanted)) as frames:
        for frame in frames:
            data = simplejpeg.encode_jpeg(np.ascontiguousarray(frame.image.rgb()), _QUALITY, "RGB")
            _place(folder, export.image_name(video.name, "video", frame.index)).write_bytes(data)
            count += 1
    return count


def _decoded(file: InputFile, wanted: Sequence[int]) -> Generator[Frame]:
    """The frames with these indices, which are in order."""
    ahead = iter(wanted)
    due = next(ahead, None)
    try:
        needed = FrameRange(end_frame=wanted[-1] + 1)
        with open_source(file, needed, max_pixels=RANGES["max_pixels"][1]) as source:
            for frame in source.frames():
                if frame.index != due:
                    continue
                if isinstance(frame, FailedFrame):
                    raise InputError(
                        f"{file.name}: frame {frame.index} cannot be read any more: {frame.reason}"
                    )
                yield frame
                due = next(ahead, None)
    except MediaError as error:
        raise InputError(f"{file.name}: {error}") from error
    if due is not None:
        raise InputError(f"{file.name}: frame {due} cannot be read any more")


def _place(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
