"""Folders of `.npz` shards in, random rows out, from a few shards at a time; new shards are picked up."""

from __future__ import annotations

from pathlib import Path

import numpy as np

Row = dict[str, np.ndarray]


class ShardPool:
    """Draws rows at random from up to `capacity` shards; every `turnover` rows one shard is exchanged."""

    def __init__(self, folder: Path, rng: np.random.Generator, capacity: int, turnover: int = 1500) -> None:
        self._folder, self._rng, self._capacity, self._turnover = folder, rng, capacity, turnover
        self._loaded: dict[Path, Row] = {}
        self._drawn = 0
        while len(self._loaded) < capacity and self._load_another():
            pass
        if not self._loaded:
            raise FileNotFoundError(
                f"no shard-*.npz in {folder}: generate them first (python -m training --help)"
            )

    def draw(self) -> Row:
        """One row of every array of a shard."""
        self._drawn += 1
        if self._drawn % self._turnover == 0:
            self._exchange()
        shards = list(self._loaded.values())
        shard = shards[self._rng.integers(len(shards))]
        index = self._rng.integers(len(next(iter(shard.values()))))
        return {name: rows[index] for name, rows in shard.items()}

    def _exchange(self) -> None:
        if self._load_another() and len(self._loaded) > self._capacity:
            del self._loaded[next(iter(self._loaded))]

    def _load_another(self) -> bool:
        waiting = [
            path
            for path in sorted(self._folder.glob("shard-*.npz"))
            if ".tmp" not in path.name and path not in self._loaded
        ]
        if not waiting:
            return False
        path = waiting[self._rng.integers(len(waiting))]
        with np.load(path) as arrays:
            self._loaded[path] = dict(arrays)
        return True
