"""Lines that are appended in parts: in order they are what was written, whenever the writer is killed."""

import pytest

from movenet_cli.errors import OutputError
from movenet_cli.io.storage import object_log
from movenet_cli.io.storage.interface import parts_of
from movenet_cli.io.storage.object_log import ObjectLog

PATH = "journal.jsonl"


def content(objects: dict[str, bytes]) -> bytes:
    names = [path.rpartition("/")[2] for path in objects if path != PATH]
    return b"".join(objects[path] for path in (PATH, *parts_of(PATH, names)) if path in objects)


def test_a_small_log_is_one_object() -> None:
    objects: dict[str, bytes] = {}
    log = ObjectLog(PATH, 0, objects.__setitem__)
    log.write(b"a\n")
    assert objects == {}, "nothing is there before it is asked for"
    log.sync()
    log.write(b"b\n")
    log.close()
    assert objects == {PATH: b"a\nb\n"}


def test_a_large_one_goes_on_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_log, "PART_SIZE", 10)
    objects: dict[str, bytes] = {}
    log = ObjectLog(PATH, 0, objects.__setitem__)
    lines = [f"{number}\n".encode() for number in range(100, 130)]
    for number, line in enumerate(lines):
        log.write(line)
        log.sync()
        assert content(objects) == b"".join(lines[: number + 1])
    log.close()
    assert len(objects) == 10


def test_another_run_appends_behind_what_is_there() -> None:
    objects = {PATH: b"a\n", ".movenet/journal/journal-000001.jsonl": b"b\n"}
    log = ObjectLog(PATH, 2, objects.__setitem__)
    log.write(b"c\n")
    log.close()
    log.close()
    assert content(objects) == b"a\nb\nc\n"


def test_what_is_flushed_is_saved_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_log, "INTERVAL", 0.0)
    objects: dict[str, bytes] = {}
    log = ObjectLog(PATH, 0, objects.__setitem__)
    log.write(b"a\n")
    log.flush()
    assert objects == {PATH: b"a\n"}


def test_what_could_not_be_saved_is_not_forgotten() -> None:
    objects: dict[str, bytes] = {}
    refuses = True

    def save(path: str, data: bytes) -> None:
        if refuses:
            raise OutputError("away")
        objects[path] = data

    log = ObjectLog(PATH, 0, save)
    log.write(b"a\n")
    log._save_later()
    with pytest.raises(OutputError):
        log.sync()
    refuses = False
    log.sync()
    assert objects == {PATH: b"a\n"}


def test_parts_are_those_of_one_file_in_order() -> None:
    names = [
        "journal-000010.jsonl",
        "1-of-2-000001.jsonl",
        "journal-000002.jsonl",
        "journal-1000000.jsonl",
        "x",
    ]
    assert [path.rpartition("-")[2] for path in parts_of(PATH, names)] == [
        "000002.jsonl",
        "000010.jsonl",
        "1000000.jsonl",
    ]
    assert parts_of(".movenet/shards/1-of-2.jsonl", names) == [".movenet/journal/1-of-2-000001.jsonl"]
