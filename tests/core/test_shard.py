"""Which shard an input belongs to."""

import os
from collections import Counter

import pytest

from movenet_cli.core.shard import Shard, parse_shard, shard_of_stem


def _shards(name: str, count: int) -> list[int]:
    return [number for number in range(1, count + 1) if Shard(number, count).has(name)]


@pytest.mark.parametrize("count", [1, 2, 7, 512])
@pytest.mark.parametrize("name", ["a.jpg", "clips/b.mp4", "ünïcode 姿.jpg", os.fsdecode(b"caf\xe9.jpg"), ""])
def test_every_name_is_in_exactly_one(name: str, count: int) -> None:
    assert len(_shards(name, count)) == 1


def test_it_is_the_same_one_on_every_machine() -> None:
    """Written down, so that no change of the program can share out a run's inputs anew."""
    names = ["a.jpg", "b.jpg", "clips/c.mp4", "ä.jpg", "frame000123.png"]
    assert [_shards(name, 8) for name in names] == [[3], [3], [1], [5], [1]]


def test_names_that_some_disk_takes_for_one_are_together() -> None:
    for name in map("Bild-{}-Ä.JPG".format, range(50)):
        others = {name.lower(), name.replace("Ä", "A\u0308"), name.lower().replace("ä", "a\u0308")}
        assert {tuple(_shards(other, 16)) for other in others} == {tuple(_shards(name, 16))}


def test_they_are_about_the_same_size() -> None:
    sizes = Counter(_shards(f"frame{index:06}.jpg", 4)[0] for index in range(4000))
    assert all(900 < size < 1100 for size in sizes.values())


@pytest.mark.parametrize("count", [2, 5, 64, 300])
def test_segments_of_a_video_go_round(count: int) -> None:
    for name in ("a.mp4", "b.mp4"):
        owners = [
            [number for number in range(1, count + 1) if Shard(number, count).has_segment(name, segment)]
            for segment in range(256)
        ]
        assert all(len(each) == 1 for each in owners)
        assert owners[0] == _shards(name, count)
        sizes = Counter(each[0] for each in owners)
        assert set(sizes.values()) <= {256 // count, 256 // count + 1}


def test_texts() -> None:
    assert parse_shard(" 3/8 ") == Shard(3, 8)
    assert str(Shard(3, 8)) == "3/8"
    assert shard_of_stem(Shard(3, 8).stem) == Shard(3, 8)
    assert shard_of_stem("coco") is None


@pytest.mark.parametrize("text", ["0/8", "9/8", "3", "3/", "a/b", "-1/2", "1/0", "1/99999", "1/2/3", ""])
def test_other_texts(text: str) -> None:
    with pytest.raises(ValueError, match="is not a shard: use i/N"):
        parse_shard(text)
