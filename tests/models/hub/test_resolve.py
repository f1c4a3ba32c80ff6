"""The model store: names and paths become verified models; a failure leaves nothing that looks like one."""

import dataclasses
import errno
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.errors import ModelError, UsageError
from movenet_cli.io import http
from movenet_cli.io.hashing import sha256_of_model
from movenet_cli.models.hub.cache import folder_of, read_record
from movenet_cli.models.hub.catalogue import CATALOGUE, CatalogueModel, KnownFile
from movenet_cli.models.hub.fetch import fetch
from movenet_cli.models.hub.resolve import find_local, is_local, not_cached, resolve
from movenet_cli.models.model_file import ResolvedModel
from tests.support.hub import SAVED_MODEL, TFLITE, Answer, Hub, first_path, second_path, tar_gz

ARCHIVE = tar_gz(SAVED_MODEL)
THUNDER = CATALOGUE["thunder"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that does not exist yet."""
    home = tmp_path / "home" / "cache"
    monkeypatch.setenv("MOVENET_HOME", str(home))
    return home


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A server, and a client that neither pauses nor waits long."""
    monkeypatch.setattr(http, "RETRY", http.RETRY.new(backoff_factor=0))
    monkeypatch.setattr(http, "READ_SECONDS", 0.5)
    with Hub() as hub:
        yield hub


def silent(name: str, received: int, expected: int | None) -> None:
    """No progress."""


def get(hub: Hub, name: str = "thunder", *, offline: bool = False) -> ResolvedModel:
    return resolve(name, offline=offline, mirror=hub.url, progress=silent)


def failure(hub: Hub, name: str = "thunder", *, offline: bool = False) -> str:
    """Check that a model cannot be had, with exit code 4 and one line; return it."""
    with pytest.raises(ModelError) as caught:
        get(hub, name, offline=offline)
    assert caught.value.exit_code == 4
    assert "\n" not in str(caught.value)
    return str(caught.value)


def nothing_left(home: Path) -> bool:
    """Whether the cache holds nothing but locks."""
    return all(path.name.endswith(".lock") for path in (home / "models").glob("*"))


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }


def test_a_name_is_fetched_once_and_then_cached(hub: Hub, home: Path) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    first = get(hub)
    assert first.name == "thunder"
    assert files_of(first.path) == SAVED_MODEL
    assert first.sha256 == sha256_of_model(first.path)
    assert home in first.path.parents
    assert get(hub) == get(hub, offline=True) == first
    assert hub.requests == [first_path("thunder"), "/storage/thunder"]


def test_the_first_download_is_recorded(hub: Hub) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    found = get(hub)
    record = read_record(folder_of(THUNDER))
    assert record.source == hub.url + first_path("thunder")
    assert record.archive_sha256 == hashlib.sha256(ARCHIVE).hexdigest()
    assert record.sha256 == found.sha256


def test_the_cache_can_be_copied_to_another_machine(
    hub: Hub, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    digest = get(hub).sha256
    monkeypatch.setenv("MOVENET_HOME", str(tmp_path / "elsewhere"))
    shutil.copytree(home / "models" / "thunder-v4", folder_of(THUNDER))
    found = get(hub, offline=True)
    assert found.sha256 == digest
    assert tmp_path / "elsewhere" in found.path.parents


def test_progress_is_told_by_name(hub: Hub) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    seen: list[tuple[str, int, int | None]] = []
    resolve("thunder", offline=False, mirror=hub.url, progress=lambda *what: seen.append(what))
    assert seen[-1] == ("thunder", len(ARCHIVE), len(ARCHIVE))


def test_models_do_not_disturb_each_other(hub: Hub) -> None:
    for name in ("lightning", "thunder", "multipose"):
        hub.publish(name, Answer(body=tar_gz(SAVED_MODEL | {"fingerprint.pb": name.encode()})))
    assert len({get(hub, name).sha256 for name in ("lightning", "thunder", "multipose")}) == 3
    assert (get(hub, "lightning", offline=True).path / "fingerprint.pb").read_bytes() == b"lightning"


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> CatalogueModel:
    """A model whose published hash is that of `TFLITE`."""
    model = dataclasses.replace(CATALOGUE["lightning-int8"], sha256=hashlib.sha256(TFLITE).hexdigest())
    monkeypatch.setitem(CATALOGUE, "lightning-int8", model)
    return model


def test_a_tflite_by_name_bare_or_in_an_archive(hub: Hub, pinned: CatalogueModel) -> None:
    hub.publish("lightning-int8", Answer(body=TFLITE))
    bare = get(hub, "lightning-int8")
    assert bare.path.name == "lightning-int8.tflite"
    assert bare.path.read_bytes() == TFLITE
    hub.publish("lightning-int8", Answer(body=tar_gz({"1.tflite": TFLITE})))
    assert fetch(pinned, mirror=hub.url, progress=silent, force=True) == bare


def test_the_official_int8_file_passes_its_pin(hub: Hub, lightning_int8: Path) -> None:
    hub.publish("lightning-int8", Answer(body=lightning_int8.read_bytes()))
    found = get(hub, "lightning-int8")
    assert found.sha256 == CATALOGUE["lightning-int8"].sha256
    assert found.path.read_bytes() == lightning_int8.read_bytes()


def test_another_file_under_a_pinned_name(hub: Hub, home: Path) -> None:
    hub.publish("lightning-int8", Answer(body=TFLITE))
    assert "not the published cd7cc22f" in failure(hub, "lightning-int8")
    assert nothing_left(home)


def test_the_right_file_from_the_second_source(hub: Hub, pinned: CatalogueModel) -> None:
    hub.publish("lightning-int8", Answer(body=TFLITE + b"more"))
    hub.publish_at_second("lightning-int8", Answer(body=tar_gz({"4.tflite": TFLITE})))
    assert get(hub, "lightning-int8").sha256 == pinned.sha256


def test_misspelt_names(hub: Hub, home: Path) -> None:
    assert "did you mean thunder?" in failure(hub, "thundr")
    assert not hub.requests
    assert not home.exists()


def test_an_official_address_is_a_name(hub: Hub) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    assert get(hub, "https://tfhub.dev/google/movenet/singlepose/thunder/4").name == "thunder"
    assert "no model is called 'https://example.org/model'" in failure(hub, "https://example.org/model")


def test_paths(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in SAVED_MODEL.items():
        file = tmp_path / "own" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (tmp_path / "pose.tflite").write_bytes(TFLITE)
    assert get(hub, "pose.tflite", offline=True) == ResolvedModel(
        "pose", Path("pose.tflite"), hashlib.sha256(TFLITE).hexdigest()
    )
    digest = sha256_of_model(tmp_path / "own")
    for text in ("own", "./own", str(tmp_path / "own")):
        assert get(hub, text, offline=True) == ResolvedModel("own", Path(text), digest)
    assert not hub.requests


def test_a_name_beats_a_file_of_that_name_unless_it_is_written_as_a_path(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "thunder").write_bytes(TFLITE)
    assert "not in the model cache" in failure(hub, "thunder", offline=True)
    assert get(hub, "./thunder", offline=True).sha256 == hashlib.sha256(TFLITE).hexdigest()


def test_home_is_expanded(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "pose.tflite").write_bytes(TFLITE)
    assert get(hub, "~/pose.tflite").path == tmp_path / "pose.tflite"


@pytest.mark.parametrize("text", ["missing.tflite", "./thunder", "a/b", "/no/such/folder"])
def test_missing_paths(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert "there is no model at" in failure(hub, text)


def test_a_folder_that_is_no_model(hub: Hub, tmp_path: Path) -> None:
    assert "is not a model" in failure(hub, str(tmp_path))


def test_the_second_source_helps_out(hub: Hub) -> None:
    hub.publish("thunder", Answer(404))
    hub.publish_at_second("thunder", Answer(body=ARCHIVE))
    assert files_of(get(hub).path) == SAVED_MODEL
    assert hub.requests == [first_path("thunder"), "/storage/thunder", second_path("thunder")]
    assert read_record(folder_of(THUNDER)).source == hub.url + second_path("thunder")


def test_a_short_breakdown_is_waited_out(hub: Hub) -> None:
    hub.publish("thunder", Answer(500), Answer(503), Answer(body=ARCHIVE))
    assert files_of(get(hub).path) == SAVED_MODEL


BAD_ANSWERS = {
    "404": Answer(404),
    "403": Answer(403),
    "500": Answer(500),
    "a web page": Answer(body=b"<html>", headers={"Content-Type": "text/html"}),
    "a web page in disguise": Answer(body=b"<html>log in</html>"),
    "nothing": Answer(body=b""),
    "cut": Answer(body=ARCHIVE, cut_at=len(ARCHIVE) // 2),
    "cut in chunks": Answer(body=ARCHIVE, cut_at=len(ARCHIVE) // 2, chunked=True),
    "stalled": Answer(body=ARCHIVE, stall_at=len(ARCHIVE) // 2),
    "truncated": Answer(body=ARCHIVE[:-9]),
    "bit rot": Answer(body=ARCHIVE[:-8] + b"\0\0\0\0" + ARCHIVE[-4:]),
    "no variables": Answer(body=tar_gz({"saved_model.pb": b"graph"})),
    "no graph": Answer(body=tar_gz({"variables/variables.index": b"index"})),
    "escaping": Answer(body=tar_gz(SAVED_MODEL | {"../../evil": b"evil"})),
    "absolute": Answer(body=tar_gz(SAVED_MODEL, prefix="/")),
}


@pytest.mark.parametrize("answer", [pytest.param(answer, id=name) for name, answer in BAD_ANSWERS.items()])
def test_bad_answers_leave_nothing_and_say_what_to_do(
    hub: Hub, home: Path, tmp_path: Path, answer: Answer
) -> None:
    hub.publish("thunder", answer)
    message = failure(hub)
    assert message.startswith(f"cannot fetch thunder ({hub.url.removeprefix('http://')}: ")
    for advice in (
        "`movenet models fetch thunder`",
        str(home / "models" / "thunder-v4"),
        "`-m PATH`",
        "`-m mini`",
    ):
        assert advice in message
    assert nothing_left(home)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_good_answer_after_a_bad_one(hub: Hub) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE[:100]))
    failure(hub)
    hub.publish("thunder", Answer(body=ARCHIVE))
    assert files_of(get(hub).path) == SAVED_MODEL


def test_without_a_network(hub: Hub, home: Path) -> None:
    with pytest.raises(ModelError) as caught:
        resolve("thunder", offline=False, mirror="http://models.invalid", progress=silent)
    assert "(models.invalid: the host is not found)" in str(caught.value)
    assert nothing_left(home)


def test_offline_never_asks(hub: Hub, home: Path) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    message = failure(hub, offline=True)
    assert "thunder is not in the model cache; run `movenet models fetch thunder`" in message
    assert str(folder_of(THUNDER)) in message
    assert not hub.requests
    assert not home.exists()


def test_a_mirror_with_a_password_does_not_give_it_away(hub: Hub) -> None:
    mirror = hub.url.replace("//", "//user:secret@")
    with pytest.raises(ModelError) as caught:
        resolve("thunder", offline=False, mirror=mirror, progress=silent)
    assert "secret" not in str(caught.value)
    hub.publish("thunder", Answer(body=ARCHIVE))
    resolve("thunder", offline=False, mirror=mirror, progress=silent)
    assert "secret" not in (folder_of(THUNDER) / "record.json").read_text()


def test_a_mirror_that_is_no_address(home: Path) -> None:
    with pytest.raises(UsageError, match="is not a mirror"):
        resolve("thunder", offline=False, mirror="models.lan", progress=silent)
    assert not home.exists()


def spoil_content(folder: Path) -> None:
    file = folder / "thunder" / "variables" / "variables.data-00000-of-00001"
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)


def remove_content(folder: Path) -> None:
    (folder / "thunder" / "saved_model.pb").unlink()


def add_content(folder: Path) -> None:
    (folder / "thunder" / "assets").mkdir()
    (folder / "thunder" / "assets" / "extra").write_bytes(b"extra")


def remove_all_content(folder: Path) -> None:
    shutil.rmtree(folder / "thunder")


def remove_record(folder: Path) -> None:
    (folder / "record.json").unlink()


def empty_record(folder: Path) -> None:
    (folder / "record.json").write_bytes(b"")


def foreign_record(folder: Path) -> None:
    (folder / "record.json").write_text(json.dumps(["sha256"]))


def binary_record(folder: Path) -> None:
    (folder / "record.json").write_bytes(b"\xff\xfe")


SPOILERS = (
    spoil_content, remove_content, add_content, remove_all_content,
    remove_record, empty_record, foreign_record, binary_record,
)  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILERS)
def test_a_corrupt_copy_is_never_used_and_can_be_replaced(hub: Hub, home: Path, spoil: Any) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    good = get(hub)
    spoil(folder_of(THUNDER))
    asked = len(hub.requests)
    for offline in (False, True):
        message = failure(hub, offline=offline)
        assert "corrupt" in message
        assert "run `movenet models fetch --force thunder`" in message
    with pytest.raises(ModelError, match="corrupt"):
        fetch(THUNDER, mirror=hub.url, progress=silent)
    assert len(hub.requests) == asked
    assert fetch(THUNDER, mirror=hub.url, progress=silent, force=True) == good == get(hub, offline=True)
    assert sorted(path.name for path in (home / "models").iterdir()) == [".thunder-v4.lock", "thunder-v4"]


def test_a_pinned_file_is_checked_against_the_pin_not_the_record(hub: Hub, pinned: CatalogueModel) -> None:
    hub.publish("lightning-int8", Answer(body=TFLITE))
    found = get(hub, "lightning-int8")
    assert found.sha256 == pinned.sha256
    found.path.write_bytes(TFLITE + b"more")
    record = found.path.parent / "record.json"
    record.write_text(record.read_text().replace(found.sha256, sha256_of_model(found.path)))
    assert "corrupt" in failure(hub, "lightning-int8", offline=True)


def test_a_failed_replacement_keeps_the_old_copy(hub: Hub) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    good = get(hub)
    hub.publish("thunder", Answer(body=ARCHIVE[:100]))
    with pytest.raises(ModelError, match="damaged"):
        fetch(THUNDER, mirror=hub.url, progress=silent, force=True)
    assert get(hub, offline=True) == good


def test_the_first_download_is_told_with_its_hash(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "movenet_cli")
    hub.publish("thunder", Answer(body=ARCHIVE))
    found = get(hub)
    assert f"sha256 {found.sha256} is recorded" in caplog.text
    caplog.clear()
    get(hub)
    assert not caplog.text


def test_a_pinned_model_needs_no_word(
    hub: Hub, pinned: CatalogueModel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "movenet_cli")
    hub.publish("lightning-int8", Answer(body=TFLITE))
    get(hub, "lightning-int8")
    assert not caplog.text


def test_a_later_download_that_differs_is_an_error(hub: Hub) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    first = get(hub)
    hub.publish("thunder", Answer(body=tar_gz(SAVED_MODEL | {"fingerprint.pb": b"other"})))
    with pytest.raises(ModelError, match="differs from the one first downloaded") as caught:
        fetch(THUNDER, mirror=hub.url, progress=silent, force=True)
    assert first.sha256 in str(caught.value)
    assert f"remove {folder_of(THUNDER)} and fetch it again" in str(caught.value)
    assert get(hub, offline=True) == first
    assert sorted(os.listdir(folder_of(THUNDER).parent)) == [".thunder-v4.lock", "thunder-v4"]  # noqa: PTH208
    shutil.rmtree(folder_of(THUNDER))
    assert get(hub).sha256 != first.sha256


def test_the_same_download_again_is_not_worth_a_word(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    get(hub)
    caplog.clear()
    fetch(THUNDER, mirror=hub.url, progress=silent, force=True)
    assert not caplog.text


def test_another_file_than_the_known_one_is_only_a_warning(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hub.publish("lightning", Answer(body=ARCHIVE))
    get(hub, "lightning")
    assert "lightning from" in caplog.text
    assert "has another saved_model.pb than the one known as version 4 (10950307 bytes" in caplog.text
    assert "has another variables/variables.data-00000-of-00001 than" in caplog.text
    caplog.clear()
    known = tuple(
        KnownFile(name, len(content), hashlib.sha256(content).hexdigest()[:8])
        for name, content in SAVED_MODEL.items()
    )
    monkeypatch.setitem(
        CATALOGUE, "multipose", dataclasses.replace(CATALOGUE["multipose"], known_files=known)
    )
    hub.publish("multipose", Answer(body=ARCHIVE))
    get(hub, "multipose")
    assert "has another" not in caplog.text


def test_a_pipe_in_the_cache_is_a_corrupt_model_and_not_a_wait(hub: Hub) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    get(hub)
    record = folder_of(THUNDER) / "record.json"
    record.unlink()
    os.mkfifo(record)
    assert "corrupt" in failure(hub, offline=True)
    hub.publish("lightning-int8", Answer(body=TFLITE))
    folder = folder_of(CATALOGUE["lightning-int8"])
    folder.mkdir()
    os.mkfifo(folder / "lightning-int8.tflite")
    assert "corrupt" in failure(hub, "lightning-int8", offline=True)


def test_leftovers_of_killed_downloads_are_cleaned_up(hub: Hub, home: Path) -> None:
    for name in (".thunder-v4-abc", ".thunder-v4-def", ".lightning-v4-abc"):
        (home / "models" / name / "new" / "thunder").mkdir(parents=True)
        (home / "models" / name / "download").write_bytes(ARCHIVE)
    hub.publish("thunder", Answer(body=ARCHIVE))
    get(hub)
    names = {path.name for path in (home / "models").iterdir()}
    assert names == {".thunder-v4.lock", "thunder-v4", ".lightning-v4-abc"}


def test_a_file_where_the_cache_should_be(hub: Hub, home: Path) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    home.parent.mkdir()
    home.write_bytes(b"")
    message = failure(hub)
    assert f"cannot write thunder to the model cache {home / 'models'}" in message
    assert "MOVENET_HOME" in message


def test_a_cache_where_nothing_can_be_made(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOVENET_HOME", "/proc/movenet")
    hub.publish("thunder", Answer(body=ARCHIVE))
    assert "cannot write thunder to the model cache /proc/movenet/models" in failure(hub)
    assert not hub.requests


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_cache_that_became_read_only(
    hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    monkeypatch.setattr(Path, "rename", _refuse(number))
    message = failure(hub)
    assert "cannot write thunder" in message
    assert "set MOVENET_HOME to a folder" in message
    assert nothing_left(home)
    assert hub.requests == [first_path("thunder"), "/storage/thunder"]


def test_a_cached_model_is_used_from_a_read_only_cache(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    good = get(hub)
    monkeypatch.setattr(Path, "mkdir", _refuse(errno.EROFS))
    monkeypatch.setattr(Path, "rename", _refuse(errno.EROFS))
    assert get(hub) == good


def test_a_cache_that_cannot_be_read(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    get(hub)
    monkeypatch.setattr(Path, "read_text", _refuse(errno.EACCES))
    message = failure(hub)
    assert message == f"cannot read the cached model thunder in {folder_of(THUNDER)}: Permission denied"
    monkeypatch.setattr(Path, "exists", _refuse(errno.EACCES))
    assert not is_local(THUNDER)
    assert "Permission denied" in failure(hub, offline=True)


@pytest.mark.parametrize("writer", ["shutil.copyfileobj", "pathlib.Path.write_text"])
def test_a_full_disk(hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch, writer: str) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE))
    monkeypatch.setattr(writer, _refuse(errno.ENOSPC))
    message = failure(hub)
    assert "No space left on device" in message
    assert "set MOVENET_HOME to a folder that has room" in message
    assert nothing_left(home)
    assert hub.requests == [first_path("thunder"), "/storage/thunder"]


def _refuse(number: int) -> Any:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return refuse


def test_a_missing_shipped_model(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("movenet_cli.models.hub.resolve.importlib.resources.files", lambda package: tmp_path)
    assert not is_local(CATALOGUE["mini"])
    assert "this installation lacks the model mini" in failure(hub, "mini")


def test_the_shipped_model_needs_neither_network_nor_cache(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path
) -> None:
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "mini.tflite").write_bytes(TFLITE)
    monkeypatch.setattr("movenet_cli.models.hub.resolve.importlib.resources.files", lambda package: tmp_path)
    found = get(hub, "mini", offline=True)
    assert found == find_local(CATALOGUE["mini"])
    assert (found.name, found.path) == ("mini", tmp_path / "weights" / "mini.tflite")
    assert is_local(CATALOGUE["mini"])
    assert not home.exists()
    assert not hub.requests


def test_local_models_without_a_look_inside(hub: Hub) -> None:
    assert not is_local(THUNDER)
    assert find_local(THUNDER) is None
    assert "models fetch thunder" in str(not_cached(THUNDER))
    hub.publish("thunder", Answer(body=ARCHIVE))
    assert find_local(THUNDER) is None
    assert get(hub) == find_local(THUNDER)
    assert is_local(THUNDER)
