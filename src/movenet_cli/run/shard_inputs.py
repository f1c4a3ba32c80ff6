"""The inputs of one shard: those of all the run's inputs that are its own, and their places among all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from movenet_cli.core.shard import Shard
from movenet_cli.io.hashing import sha256_of_bytes
from movenet_cli.io.json_text import escape_name
from movenet_cli.media.discover import Discovery


@dataclass(frozen=True, slots=True)
class ShardInputs:
    """What one shard works on.

    Attributes:
        shard: which one.
        found: its inputs.
        positions: of its files, in the order of all of the run's, from 0.
        all_inputs: hash of the names of all inputs, in order: shards that found different ones differ here.
    """

    shard: Shard
    found: Discovery
    positions: Mapping[str, int]
    all_inputs: str

    @classmethod
    def of(cls, found: Discovery, shard: Shard) -> "ShardInputs":
        """The shard's part of what was found."""
        positions = {file.name: at for at, file in enumerate(found.files) if shard.has(file.name)}
        part = Discovery(
            tuple(found.files[at] for at in positions.values()),
            found.ignored,
            tuple(missing for missing in found.missing if shard.has(missing[0])),
            found.unmatched,
        )
        names = [*(file.name for file in found.files), *(name for name, _ in found.missing)]
        digest = sha256_of_bytes("\0".join(names).encode("utf-8", "surrogatepass"))
        return cls(shard, part, positions, digest)

    def complete(self, document: dict[str, object]) -> None:
        """Add to a run's account what only a shard's has: which it is, and its files' places among all."""
        places = {escape_name(name): at for name, at in self.positions.items()}
        for each in cast(list[dict[str, object]], document["files"]):
            each["position"] = places.get(cast(str, each["source"]))
        document["shard"] = {
            "number": self.shard.number,
            "count": self.shard.count,
            "all_inputs": self.all_inputs,
        }
