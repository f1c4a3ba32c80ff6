"""The inputs of one shard: those of all the run's inputs that are its own, and their places among all."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import cast

from movenet_cli.core.shard import Shard
from movenet_cli.io.json_text import unescape_name
from movenet_cli.media.discover import Discovery


@dataclass(frozen=True, slots=True)
class ShardInputs:
    """What one shard works on.

    Attributes:
        shard: which one.
        found: its inputs.
        all_inputs: hash of the names of all inputs, in order: shards that found different ones differ here.
    """

    shard: Shard
    found: Discovery
    all_inputs: str

    @classmethod
    def of(cls, found: Discovery, shard: Shard) -> "ShardInputs":
        """The shard's part of what was found."""
        missing = tuple(each for each in found.missing if shard.has(each[0]))
        part = replace(found, files=found.files.part(shard.has), missing=missing)
        return cls(shard, part, _hash_of_names(found))

    def complete(self, document: dict[str, object]) -> None:
        """Add to a run's account what only a shard's has: which it is, and its files' places among all."""
        files = cast(Iterable[dict[str, object]], document["files"])
        position = self.found.files.position
        document["files"] = (
            {**each, "position": position(unescape_name(cast(str, each["source"])))} for each in files
        )
        document["shard"] = {
            "number": self.shard.number,
            "count": self.shard.count,
            "all_inputs": self.all_inputs,
        }


def _hash_of_names(found: Discovery) -> str:
    digest = hashlib.sha256()
    separator = b""
    for name in chain((file.name for file in found.files), (name for name, _ in found.missing)):
        digest.update(separator + name.encode("utf-8", "surrogatepass"))
        separator = b"\0"
    return digest.hexdigest()
