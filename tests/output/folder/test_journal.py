"""The journal: what is added is found again, whatever a crash or a stranger does to it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movenet_cli.errors import InputError, OutputError
from movenet_cli.io import lines
from movenet_cli.output.folder import journal_lines
from movenet_cli.output.folder.fingerprint import fingerprint, location_of
from movenet_cli.output.folder.journal import JOURNAL_NAME, Journal, read_journal
from movenet_cli.output.folder.output_file import Output, output_of
from movenet_cli.output.folder.records import Entry, RunFile, StartedInput, parse_record, record_line
from movenet_cli.output.folder.result_settings import settings_key
from tests.output.folder.conftest import OUTPUTS

KEY = settings_key({"model": "5a", "min_score": 0.3})


@pytest.fixture(autouse=True, scope="module", params=[1, journal_lines._IN_MEMORY], ids=["disk", "memory"])
def kept_in_memory(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_lines, "_IN_MEMORY", request.param)
        yield


def entry_of(source: Path, folder: Path, name: str = "a.jpg") -> Entry:
    outputs = {path.replace("a.jpg", name): output_of(folder / path) for path in OUTPUTS}
    counts = {"frames": 3, "ok": 1, "empty": 1, "failed": 1}
    reasons = ("frame 2: \udcff\nbroken",)
    return Entry(name, fingerprint(source), KEY, outputs, counts, reasons, path=location_of(source))


def tidied(folder: Path) -> bytes:
    """The journal's content after the next run has written its first line, without that line."""
    journal = Journal(folder)
    journal.note([RunFile("run.json", None)])
    journal.close()
    content = (folder / JOURNAL_NAME).read_bytes()
    line = record_line(RunFile("run.json", None))
    assert content.count(line) == 1
    return content.replace(line, b"")


def recorded(folder: Path, *entries: Entry) -> None:
    journal = Journal(folder)
    for entry in entries:
        journal.add(entry)
    journal.close()


@pytest.mark.parametrize("name", ["a.jpg", "b/ü\n.mp4", "bytes-\udcff.jpg", "back\\slash"])
def test_what_is_added_is_found_again_also_by_the_next_run(source: Path, folder: Path, name: str) -> None:
    entry = entry_of(source, folder, name)
    journal = Journal(folder)
    journal.add(entry)
    assert journal.get(name) == replace(entry, reasons=("frame 2: \\udcff\nbroken",))
    journal.close()
    journal.close()
    again = Journal(folder)
    assert again.get(name) == replace(entry, reasons=("frame 2: \\udcff\nbroken",))
    assert again.get("other.jpg") is None
    again.close()


def test_the_key_changes_with_every_value_and_not_with_their_order() -> None:
    assert settings_key({"a": 1, "b": 2}) == settings_key({"b": 2, "a": 1})
    assert settings_key({"a": 1, "b": 2}) != settings_key({"a": 2, "b": 1})
    assert settings_key({"a": 1}) != settings_key({"a": True})


def test_the_later_of_two_lines_holds_and_the_next_run_drops_the_earlier(source: Path, folder: Path) -> None:
    first = entry_of(source, folder)
    recorded(folder, first, entry_of(source, folder, "b.jpg"), replace(first, key="later"))
    assert len((folder / JOURNAL_NAME).read_bytes().splitlines()) == 3
    journal = Journal(folder)
    assert [(entry.name, entry.key) for entry in journal.entries()] == [("a.jpg", "later"), ("b.jpg", KEY)]
    journal.close()
    assert len((folder / JOURNAL_NAME).read_bytes().splitlines()) == 3, "reading changes nothing"
    assert len(tidied(folder).splitlines()) == 2


def test_a_line_torn_anywhere_costs_that_line_only(source: Path, folder: Path) -> None:
    recorded(folder, entry_of(source, folder), entry_of(source, folder, "b.jpg"))
    path = folder / JOURNAL_NAME
    whole = path.read_bytes()
    first = whole.splitlines(keepends=True)[0]
    for length in range(len(first), len(whole), 37):
        path.write_bytes(whole[:length])
        journal = Journal(folder)
        assert [entry.name for entry in journal.entries()] == ["a.jpg"]
        journal.add(entry_of(source, folder, "b.jpg"))
        journal.close()
        assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "damage",
    [
        b"\n",
        b"\0" * 4096 + b"\n",
        b"\xff\xfe\n",
        b"[]\n",
        b"{}\n",
        b"null\n",
        b"[" * 100_000 + b"\n",
        b'{"name": 1}\n',
        b'{"name":"a.jpg","state":"done","fingerprint":3,"key":"","outputs":{},"counts":{},"reasons":[]}\n',
    ],
)
def test_damage_in_the_middle_is_dropped_with_a_warning(
    source: Path, folder: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    recorded(folder, entry_of(source, folder), entry_of(source, folder, "b.jpg"))
    path = folder / JOURNAL_NAME
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + damage + second)
    journal = Journal(folder)
    assert [entry.name for entry in journal.entries()] == ["a.jpg", "b.jpg"]
    journal.close()
    assert "damaged" in caplog.text
    assert tidied(folder) == first + second
    path.write_bytes(first + damage + second)
    with pytest.raises(InputError, match="damaged"):
        list(read_journal(folder))


@pytest.mark.parametrize(
    "path", ["../victim", "keypoints/../../victim", "/etc/victim", "", ".", r"a\u0000b", r"\\ud800.json"]
)
def test_a_line_that_points_out_of_the_folder_is_damaged(source: Path, folder: Path, path: str) -> None:
    recorded(folder, entry_of(source, folder), entry_of(source, folder, "b.jpg"))
    journal = folder / JOURNAL_NAME
    first, second = journal.read_text().splitlines(keepends=True)
    journal.write_text(first + second.replace("keypoints/b.jpg.json", path))
    opened = Journal(folder)
    assert [entry.name for entry in opened.entries()] == ["a.jpg"]
    opened.close()
    assert tidied(folder) == first.encode()


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e999"])
def test_a_number_that_is_none_is_damage(source: Path, folder: Path, number: str) -> None:
    recorded(folder, entry_of(source, folder), entry_of(source, folder, "b.jpg"))
    journal = folder / JOURNAL_NAME
    line = journal.read_text()
    journal.write_text(re.sub(r'"size": ?\d+', f'"size": {number}', line, count=1))
    opened = Journal(folder)
    assert [entry.name for entry in opened.entries()] == ["b.jpg"]
    opened.close()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_line_is_an_entry_or_damaged(data: st.DataObject) -> None:
    """Fields of the right names with values of any kind, and lines of any bytes."""
    fields = ("name", "state", "fingerprint", "key", "outputs", "counts", "reasons")
    value = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["size", "mtime_ns", "sha256", "../x", "keypoints/a"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    )
    line = data.draw(
        st.binary(max_size=64) | st.fixed_dictionaries(dict.fromkeys(fields, value)).map(json.dumps)
    )
    try:
        entry = parse_record(line.encode() if isinstance(line, str) else line)
    except InputError:
        return
    assert isinstance(entry, Entry)
    assert not any(".." in path for path in entry.outputs)
    assert parse_record(record_line(entry)) == entry


def test_an_endless_line_is_not_read_into_memory(
    source: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(folder, entry_of(source, folder))
    monkeypatch.setattr(lines, "MAX_LINE", 5000)
    with (folder / JOURNAL_NAME).open("ab") as stream:
        stream.write(b"x" * 6000)
    journal = Journal(folder)
    assert [entry.name for entry in journal.entries()] == ["a.jpg"]
    journal.close()
    assert len(tidied(folder).splitlines()) == 1


def test_several_threads_may_add(source: Path, folder: Path) -> None:
    journal = Journal(folder)
    entry = entry_of(source, folder)

    def add(start: int) -> None:
        for number in range(start, start + 100):
            journal.add(replace(entry, name=f"{number}.jpg", outputs={}))

    threads = [Thread(target=add, args=(start,)) for start in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close()
    assert len(list(read_journal(folder))) == 400


def test_a_journal_that_cannot_be_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "missing")
    with pytest.raises(OutputError, match="vanished"):
        journal.note([RunFile("run.json", None)])


@pytest.mark.parametrize("content", ["my notes\n", '{"mine": 1}\n', "[]\n\n", "half a line", '{"mine": 1}'])
def test_somebody_elses_file_is_no_journal(tmp_path: Path, content: str) -> None:
    (tmp_path / JOURNAL_NAME).write_text(content)
    with pytest.raises(OutputError, match="not a journal"):
        Journal(tmp_path)
    assert (tmp_path / JOURNAL_NAME).read_text() == content


def test_a_journal_torn_in_its_first_line_is_ours(source: Path, folder: Path) -> None:
    recorded(folder, entry_of(source, folder))
    whole = (folder / JOURNAL_NAME).read_bytes()
    for length in range(0, len(whole), 7):
        (folder / JOURNAL_NAME).write_bytes(whole[:length])
        assert list(Journal(folder).entries()) == []


def test_what_was_started_is_known_until_it_is_finished(source: Path, folder: Path) -> None:
    started = StartedInput("a.jpg", ("one", "two"), tuple(OUTPUTS))
    journal = Journal(folder)
    journal.note([started, RunFile("coco.json", Output(3, "5a"))])
    journal.close()
    again = Journal(folder)
    assert (again.started("a.jpg"), again.started("b.jpg")) == (started, None)
    assert (again.is_run_file("coco.json"), again.run_file("coco.json")) == (True, Output(3, "5a"))
    again.add(replace(entry_of(source, folder), outputs={}, is_open=True))
    assert list(Journal(folder).all_started()) == [started], (
        "a run has struck its old results and not finished the new"
    )
    again.add(entry_of(source, folder))
    again.close()
    assert not list(Journal(folder).all_started())


def test_a_folder_in_the_journals_place_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_NAME).mkdir()
    with pytest.raises(OutputError, match="choose another folder"):
        Journal(tmp_path)


def test_no_journal_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"journal\.jsonl"):
        list(read_journal(tmp_path))
