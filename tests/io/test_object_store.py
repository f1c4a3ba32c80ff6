"""Objects of a real S3-compatible server on 127.0.0.1: listed, copied whole, and told apart by version."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.core.cancellation import CancellationToken, Cancelled
from movenet_cli.errors import MediaError, UsageError
from movenet_cli.io.object_store import Store
from movenet_cli.io.remote import copy_remote, remote_status
from tests.support.object_store import environment, s3_server

BODY = bytes(range(256)) * 20_000


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The store's files, in an empty bucket `bkt`."""
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)
    s3fs = pytest.importorskip("s3fs")
    files = s3fs.S3FileSystem(use_listings_cache=False)
    if files.exists("bkt"):
        files.rm("bkt", recursive=True)
    files.mkdir("bkt")
    return files


def test_an_object_comes_whole_with_its_version(store: Any, tmp_path: Path) -> None:
    store.pipe("bkt/a.mp4", BODY)
    first = copy_remote("s3://bkt/a.mp4", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert first == remote_status("s3://bkt/a.mp4")
    assert first is not None
    assert first.size == len(BODY)
    store.pipe("bkt/a.mp4", BODY[::-1])
    assert remote_status("s3://bkt/a.mp4") not in (first, None)


def test_names_are_those_below_the_folder(store: Any) -> None:
    for name in ("f/1.jpg", "f/deep/er/2.jpg", "f2/3.jpg", "f/a b?#%20.jpg"):
        store.pipe(f"bkt/{name}", b"x")
    assert sorted(Store("s3://bkt/f/").names()) == ["1.jpg", "a b?#%20.jpg", "deep/er/2.jpg"]
    assert sorted(Store("s3://bkt/f").names()) == sorted(Store("s3://bkt/f/").names())
    assert len(Store("s3://bkt").names()) == 4
    assert Store("s3://bkt/none/").names() == []


def test_what_an_address_is(store: Any) -> None:
    store.pipe("bkt/f/1.jpg", b"x")
    assert Store("s3://bkt/f/1.jpg").kind() == "file"
    assert Store("s3://bkt/f").kind() == "directory"


def test_what_is_not_there(store: Any, tmp_path: Path) -> None:
    for action in (
        lambda: copy_remote("s3://bkt/none.mp4", tmp_path / "a"),
        lambda: remote_status("s3://bkt/none.mp4"),
        lambda: Store("s3://bkt/none").kind(),
        lambda: copy_remote("s3://no-bucket/a.mp4", tmp_path / "a"),
    ):
        with pytest.raises(MediaError, match="there is no such object"):
            action()


def test_a_copy_that_is_short_is_no_copy(store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.pipe("bkt/a.mp4", BODY)
    source = Store("s3://bkt/a.mp4")
    monkeypatch.setattr(source._files, "open", lambda *_: io.BytesIO(BODY[:-1]))
    with pytest.raises(MediaError, match=r"5,119,999 of 5,120,000 bytes came"):
        source.copy(tmp_path / "a", lambda: None)


def test_one_that_changes_meanwhile_is_copied_again(store: Any, tmp_path: Path) -> None:
    store.pipe("bkt/a.mp4", BODY)
    changes = iter([True])

    def check() -> None:
        if (tmp_path / "a").exists() and next(changes, False):
            store.pipe("bkt/a.mp4", BODY[::-1])

    assert copy_remote("s3://bkt/a.mp4", tmp_path / "a", check) == remote_status("s3://bkt/a.mp4")
    assert (tmp_path / "a").read_bytes() == BODY[::-1]


def test_cancelling_is_no_error_of_the_store(store: Any, tmp_path: Path) -> None:
    store.pipe("bkt/a.mp4", BODY)
    token = CancellationToken()
    token.cancel()
    with pytest.raises(Cancelled):
        copy_remote("s3://bkt/a.mp4", tmp_path / "a", token.check)


def test_no_server(store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    type(store).clear_instance_cache()
    try:
        with pytest.raises(MediaError, match="no connection"):
            copy_remote("s3://bkt/a.mp4", tmp_path / "a")
    finally:
        type(store).clear_instance_cache()


def test_without_fsspec_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(UsageError, match="pip install s3fs"):
        Store("s3://bucket/a.mp4")


def test_what_needs_a_library_that_is_missing() -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(UsageError, match="pip install gcsfs"):
        Store("gs://bucket/a.mp4")
    for url in ("nothing://host/a", "s3://bucket/a::file:///etc/passwd"):
        with pytest.raises(UsageError):
            Store(url)
