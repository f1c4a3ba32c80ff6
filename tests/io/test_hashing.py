"""Hashes are those that `sha256sum` gives."""

import hashlib
import os
import sys
from pathlib import Path

import pytest

from movenet_cli.io.hashing import sample_of_file, sha256_of_bytes, sha256_of_file, sha256_of_model


def hexdigest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_file_is_hashed_by_its_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10000
    (tmp_path / "model.tflite").write_bytes(content)
    assert sha256_of_model(tmp_path / "model.tflite") == sha256_of_bytes(content) == hexdigest(content)


def test_a_folder_is_hashed_by_the_lines_of_sha256sum(tmp_path: Path) -> None:
    (tmp_path / "variables").mkdir()
    (tmp_path / "empty").mkdir()
    for name, content in (("variables/b.data", b"2"), ("saved_model.pb", b"1"), ("variables.txt", b"3")):
        (tmp_path / name).write_bytes(content)
    lines = [
        f"{hexdigest(b'1')}  saved_model.pb\n",
        f"{hexdigest(b'3')}  variables.txt\n",
        f"{hexdigest(b'2')}  variables/b.data\n",
    ]
    assert sha256_of_model(tmp_path) == hexdigest("".join(lines).encode())


@pytest.mark.parametrize(("old", "new"), [(("a", b"x"), ("a", b"y")), (("a", b"x"), ("b", b"x"))])
def test_names_and_bytes_count(tmp_path: Path, old: tuple[str, bytes], new: tuple[str, bytes]) -> None:
    hashes = []
    for number, (name, content) in enumerate((old, new)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_bytes(content)
        hashes.append(sha256_of_model(folder))
    assert hashes[0] != hashes[1]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sha256_of_model(tmp_path / "nothing")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_not_utf_8_counts_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff")).write_bytes(b"1")
    assert sha256_of_model(tmp_path) == hexdigest(hexdigest(b"1").encode() + b"  \xff\n")


def test_reading_a_large_file_can_be_given_up(tmp_path: Path) -> None:
    def give_up() -> None:
        raise KeyboardInterrupt

    (tmp_path / "large").write_bytes(b"1")
    with pytest.raises(KeyboardInterrupt):
        sha256_of_file(tmp_path / "large", give_up)


@pytest.mark.parametrize("size", [0, 1, 100_000, 9_000_000])
def test_a_sample_tells_size_time_and_content(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a"

    def sample(content: bytes, time: int = 1) -> str:
        path.write_bytes(content)
        os.utime(path, ns=(time, time))
        return sample_of_file(path)

    first = sample(bytes(size))
    assert sample(bytes(size)) == first
    others = {
        sample(bytes(size), 2),
        sample(bytes(size + 1)),
        sample(bytes(size) + b"1"),
        sample(b"1" * (size + 1)),
    }
    assert first not in others
    assert len(others) == (3 if size == 0 else 4)


def test_there_is_no_sample_of_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sample_of_file(tmp_path)
