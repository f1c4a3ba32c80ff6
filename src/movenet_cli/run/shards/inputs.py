"""The inputs of one shard: those of the run's that are its own, and the long videos that all shards share."""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import cast

from movenet_cli.core.inputs import FrameRange, InputFile
from movenet_cli.core.restartable import Restartable
from movenet_cli.core.shard import Shard
from movenet_cli.core.wording import counted
from movenet_cli.errors import MediaError
from movenet_cli.io.json_text import escape_name, unescape_name
from movenet_cli.io.mp4_boxes import read_boxes
from movenet_cli.io.scratch import packed
from movenet_cli.media.discover import Discovery
from movenet_cli.media.opening import open_source
from movenet_cli.media.sniff import media_by_suffix
from movenet_cli.media.video.segment import can_be_cut
from movenet_cli.models.hub.cache import expanded
from movenet_cli.models.hub.catalogue import CATALOGUE
from movenet_cli.models.hub.resolve import is_path
from movenet_cli.output.folder.fingerprint import location_of
from movenet_cli.run.segments.long_video import LONG
from movenet_cli.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ShardInputs:
    """What one shard works on.

    Attributes:
        shard: which one.
        found: its inputs.
        shared: long videos, of which each shard does some segments.
        all_inputs: hash of the names of all inputs, in order: shards that found different ones differ here.
        settings: of the run, as requested.
    """

    shard: Shard
    found: Discovery
    shared: tuple[InputFile, ...]
    all_inputs: str
    settings: Settings

    @classmethod
    def of(cls, found: Discovery, shard: Shard, settings: Settings, *, cuts: bool) -> "ShardInputs":
        """The shard's part of what was found.

        Args:
            found: all inputs of the run.
            shard: which part.
            settings: of the run.
            cuts: whether the results are such that long videos can be annotated in segments.
        """
        shared: list[InputFile] = []
        if cuts and shard.count > 1 and settings.frames == FrameRange():
            shared = _shared(filter(_is_long, found.files), settings.max_pixels)
        names_of_shared = {file.name for file in shared}
        own = found.files.part(lambda name: name not in names_of_shared and shard.has(name))
        missing = tuple(each for each in found.missing if shard.has(each[0]))
        part = replace(found, files=own, missing=missing)
        return cls(shard, part, tuple(shared), _hash_of_names(found, shared), settings)

    def complete(self, document: dict[str, object]) -> None:
        """Add to a run's account what only a shard's has: which it is, its files' places among all, and what
        it takes to put the shared videos together."""
        files = cast(Iterable[dict[str, object]], document["files"])
        place = self.found.files.position
        document["files"] = Restartable(
            lambda: ({**each, "position": place(unescape_name(cast(str, each["source"])))} for each in files)
        )
        settings = self.settings
        document["shard"] = {
            "number": self.shard.number,
            "count": self.shard.count,
            "all_inputs": self.all_inputs,
            "model": _reachable(settings.model),
            "refine_with": settings.refine_with and _reachable(settings.refine_with),
            "offline": settings.offline,
            "shared": [
                {
                    "source": escape_name(file.name),
                    "path": escape_name(location_of(file)),
                    "position": place(file.name),
                }
                for file in self.shared
            ],
        }


def _hash_of_names(found: Discovery, shared: Iterable[InputFile]) -> str:
    digest = hashlib.sha256()
    missing = (name for name, _ in found.missing)
    names = chain((file.name for file in found.files), missing, [""], (file.name for file in shared))
    for at, name in enumerate(names):
        digest.update((b"\0" if at else b"") + packed(name))
    return digest.hexdigest()


def _is_long(file: InputFile) -> bool:
    """Whether a file is a long video, as far as a few bytes of its index tell.

    What is elsewhere is not shared: its address may hold a secret, which `movenet merge` would have to know.
    """
    is_here = file.url is None and file.origin is None and file.sequence is None
    if not is_here or media_by_suffix(file.name) != "video":
        return False
    try:
        return any(track.kind == b"vide" and track.samples >= LONG for track in read_boxes(file.path).tracks)
    except MediaError:
        return False


def _shared(files: Iterable[InputFile], max_pixels: int) -> list[InputFile]:
    """Those of the long videos that can be cut; every shard must find the same, so only the files count."""
    long = list(files)
    if long:
        log.info("%s to be shared by all shards: looking for where to cut", counted(len(long), "long video"))
    return [file for file in long if _can_be_cut(file, max_pixels)]


def _can_be_cut(file: InputFile, max_pixels: int) -> bool:
    try:
        with open_source(file, FrameRange(), max_pixels=max_pixels) as source:
            segments, frames = source.segments, source.info.frame_count or 0
        return bool(segments) and frames >= LONG and can_be_cut(file.path, segments)
    except MediaError:
        return False  # why it cannot be read is told by the shard that it belongs to


def _reachable(model: str) -> str:
    """The name of a model, or its path from anywhere."""
    if model in CATALOGUE or not is_path(model):
        return escape_name(model)
    return escape_name(str(expanded(Path(model)).absolute()))
