"""Addresses as inputs: what they are called, what of a store's folder is taken, and what is refused."""

import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.core.inputs import InputFile
from movenet_cli.errors import UsageError
from movenet_cli.media.discover import discover, read_paths
from tests.support.object_store import environment, s3_server


def named(*urls: str, **options: Any) -> dict[str, str]:
    """Each input's name and what results say of its place."""
    return {file.name: file.origin or "" for file in discover(urls, **options).files}


def test_a_web_address_is_called_like_the_end_of_its_path() -> None:
    (file,) = discover(["https://me:secret@host/clips/my%20clip.mp4?X-Amz-Signature=secret"]).files
    assert file.name == "my clip.mp4"
    assert file.origin == "https://host/clips/my%20clip.mp4"
    assert file.url == "https://me:secret@host/clips/my%20clip.mp4?X-Amz-Signature=secret"
    assert "secret" not in repr(file)
    assert pickle.loads(pickle.dumps(file)) == file  # noqa: S301 - our own


def test_namesakes_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").touch()
    assert list(named("https://host/x/a.jpg", "https://host/y/a.jpg", str(tmp_path / "in" / "a.jpg"))) == [
        "x/a.jpg",
        "y/a.jpg",
        "in/a.jpg",
    ]
    assert list(named("https://one/a.jpg", "https://two/a.jpg")) == ["one/a.jpg", "two/a.jpg"]


def test_the_same_address_is_taken_once() -> None:
    assert list(named("https://host/a.jpg?sig=1", "https://host/a.jpg?sig=1")) == ["a.jpg"]


def test_what_cannot_be_told_apart_is_never_passed_over() -> None:
    with pytest.raises(UsageError, match="may be a password or signature") as caught:
        named("https://host/get?token=secret1", "https://host/get?token=secret2")
    assert "secret" not in str(caught.value)


def test_addresses_that_differ_in_their_query_are_told_apart() -> None:
    found = named("https://host/get?id=1", "https://host/get?id=2")
    assert len(found) == 2
    assert all(name.endswith("/host/get") for name in found)
    assert all("id=" not in each for item in found.items() for each in item)


def test_a_root_may_be_an_address(tmp_path: Path) -> None:
    assert list(named("https://host/a/b/c.mp4", root="https://host/a/")) == ["b/c.mp4"]
    assert list(named("https://host/a/b/c.mp4", root="https://host")) == ["a/b/c.mp4"]
    for root in ("https://host/x", "https://other/a", "http://host/a", str(tmp_path)):
        with pytest.raises(UsageError, match="is not below"):
            named("https://me:secret@host/a/b/c.mp4", root=root)
    with pytest.raises(UsageError, match="--root: not an address"):
        named("https://host/a.mp4", root="https://[::1/")
    with pytest.raises(UsageError, match="both be called get"):
        named("https://host/get?id=1", "https://host/get?id=2", root="https://host")


@pytest.mark.parametrize("url", ["https://me:secret@host/a.mp4?sig=secret", "s3://bucket/", "memory://a"])
def test_offline_refuses_every_address(url: str) -> None:
    with pytest.raises(UsageError, match="--offline") as caught:
        discover([url], offline=True)
    assert "secret" not in str(caught.value)


def test_a_file_address_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "a b.jpg").touch()
    for url in (f"file://{tmp_path}/a%20b.jpg", f"file://localhost{tmp_path}/a%20b.jpg"):
        assert list(discover([url], offline=True).files) == [InputFile(tmp_path / "a b.jpg", "a b.jpg")]
    odd = os.fsdecode(b"\xff.jpg")
    (tmp_path / odd).touch()
    assert [file.name for file in discover([f"file://{tmp_path}/%FF.jpg"]).files] == [odd]
    with pytest.raises(UsageError, match="another machine"):
        discover(["file://server/share/a.jpg"])


@pytest.mark.parametrize("url", ["https:///a.mp4", "https://", "https://[::1/a.mp4"])
def test_what_is_no_whole_address(url: str) -> None:
    found = discover([url])
    assert not found.files
    assert len(found.missing) == 1


def test_addresses_come_by_standard_input(tmp_path: Path) -> None:
    stream = tmp_path / "list"
    stream.write_bytes(b"https://host/a.mp4\nhttps://host/b.mp4?x=1\n")
    with stream.open("rb") as file:
        assert read_paths(file, null=False) == ["https://host/a.mp4", "https://host/b.mp4?x=1"]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket with images, results of an earlier run, and other things."""
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)
    files = pytest.importorskip("s3fs").S3FileSystem(use_listings_cache=False)
    if not files.exists("videos"):
        files.mkdir("videos")
        for key in (
            "day/10.jpg", "day/9.jpg", "day/sub/clip.mp4", "day/notes.txt", "day/.hidden.jpg", "day2/1.jpg",
            "day/out/.movenet/lock", "day/out/overlay/9.jpg", "day/no suffix", "day/x[1].jpg", "day/x1.jpg",
        ):  # fmt: skip
            files.pipe(f"videos/{key}", b"x")
    return "s3://videos"


def test_a_folder_of_a_store_is_walked(bucket: str) -> None:
    found = discover([f"{bucket}/day/"])
    assert [file.name for file in found.files] == ["9.jpg", "10.jpg", "sub/clip.mp4", "x1.jpg", "x[1].jpg"]
    first = next(iter(found.files))
    assert first.url == first.origin == f"{bucket}/day/9.jpg"
    assert found.ignored == 3
    assert [file.name for file in discover([f"{bucket}/day"]).files] == [file.name for file in found.files]
    assert "day/sub/clip.mp4" in named(bucket)


def test_filters_hold_for_a_store(bucket: str) -> None:
    assert list(named(f"{bucket}/day/", include=["*.mp4"])) == ["sub/clip.mp4"]
    assert list(named(f"{bucket}/day/", exclude=["sub", "x*"])) == ["9.jpg", "10.jpg"]


def test_one_object(bucket: str) -> None:
    assert named(f"{bucket}/day/9.jpg") == {"9.jpg": f"{bucket}/day/9.jpg"}
    assert list(named(f"{bucket}/day/no suffix")) == ["no suffix"]
    assert list(named(f"{bucket}/day/x[1].jpg")) == ["x[1].jpg"]
    assert list(named(f"{bucket}/day/9.jpg", f"{bucket}/day/")) == [
        "9.jpg",
        "10.jpg",
        "sub/clip.mp4",
        "x1.jpg",
        "x[1].jpg",
    ]


def test_globs_of_a_store(bucket: str) -> None:
    assert list(named(f"{bucket}/day/*.jpg")) == ["9.jpg", "10.jpg", "x1.jpg", "x[1].jpg"]
    assert list(named(f"{bucket}/**/?.jpg")) == ["day/9.jpg", "day2/1.jpg"]


@pytest.mark.parametrize("key", ["nothing/", "nothing", "day/*.webm"])
def test_what_a_store_does_not_have(bucket: str, key: str) -> None:
    found = discover([f"{bucket}/{key}"])
    assert not found.files
    ((name, reason),) = found.missing
    assert name == f"{bucket}/{key}"
    assert reason


def test_objects_below_a_root(bucket: str) -> None:
    assert "sub/clip.mp4" in named(f"{bucket}/day/sub/", root=f"{bucket}/day")
