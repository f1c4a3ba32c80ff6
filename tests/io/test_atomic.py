"""Files that appear complete or not at all, on folders and disks that do not cooperate."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from movenet_cli.errors import MediaError, OutputError
from movenet_cli.io.atomic import AtomicFile, as_output_error, remove_leftovers, sync_folders, write_file


def write_of_input(path: Path) -> None:
    with AtomicFile(path) as file:
        file.write("text")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)


def test_a_file_appears_when_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "a.json"
    file = AtomicFile(path)
    file.write("one ")
    assert not path.exists()
    file.write("zwö\n")
    file.close()
    file.close()
    file.abort()
    assert path.read_bytes() == b"one zw\xc3\xb6\n"
    assert names(tmp_path) == ["a.json", "deep", "er"]


def test_an_older_file_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    with AtomicFile(path) as file:
        file.write("new")
        file.stream.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_abort_leaves_nothing(tmp_path: Path) -> None:
    file = AtomicFile(tmp_path / "a.json")
    file.write("x" * 1_000_000)
    file.abort()
    file.abort()
    file.close()
    assert names(tmp_path) == []


def test_an_exception_aborts(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), AtomicFile(tmp_path / "a.json"):
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_others_may_read_what_the_umask_lets_them(tmp_path: Path) -> None:
    write_file(tmp_path / "a.json", "text")
    (tmp_path / "plain").touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a.json", "plain")}
    assert len(modes) == 1


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    write_file(tmp_path / ("n" * 250 + ".json"), "text")
    assert names(tmp_path) == ["n" * 250 + ".json"]


def test_a_name_that_is_too_long_is_this_inputs_problem_only(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="too long"):
        write_of_input(tmp_path / ("n" * 255 + ".json"))
    with pytest.raises(MediaError, match="too long"):
        write_of_input(tmp_path / ("d" * 256) / "a.json")
    assert names(tmp_path) == []


def test_a_folder_in_the_files_place_is_this_inputs_problem_only(tmp_path: Path) -> None:
    (tmp_path / "a.json" / "b").mkdir(parents=True)
    with pytest.raises(MediaError, match=r"a\.json"):
        write_of_input(tmp_path / "a.json")
    assert names(tmp_path) == ["a.json", "b"]


def test_a_file_in_a_folders_place_is_this_inputs_problem_only(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("of another input")
    for below in (("b.json",), ("deep", "b.json")):
        with pytest.raises(MediaError, match=r"b\.json"):
            write_of_input(tmp_path.joinpath("a.json", *below))
    assert (tmp_path / "a.json").read_text() == "of another input"


@pytest.mark.parametrize("name", ["run.json", "n" * 256])
def test_a_file_of_the_runs_own_that_cannot_be_written_ends_the_run(tmp_path: Path, name: str) -> None:
    (tmp_path / "run.json" / "b").mkdir(parents=True)
    with pytest.raises(OutputError, match="choose another folder with --output"):
        write_file(tmp_path / name, "text")
    assert names(tmp_path) == ["b", "run.json"]


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_ends_the_run_and_leaves_no_half_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"No space left.*free some space"):
        write_file(tmp_path / "a.json", "text")
    assert names(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_write_that_fails_tells_why(tmp_path: Path) -> None:
    file = AtomicFile(tmp_path / "a.json")
    file.stream.close()
    file.stream = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115
    with pytest.raises(OutputError, match="No space left"):
        file.write("text")
    file.abort()
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "choose a folder that you may write to"),
        (errno.EROFS, "choose a folder that you may write to"),
        (errno.EDQUOT, "free some space"),
        (errno.ENOENT, "has vanished"),
        (errno.EIO, "the disk reports an error"),
        (errno.ENOTDIR, "choose another folder"),
        (errno.EISDIR, "choose another folder"),
        (errno.ENAMETOOLONG, "choose another folder"),
    ],
)
def test_each_fault_has_one_line_that_says_what_to_do(number: int, advice: str) -> None:
    with (
        pytest.raises(OutputError, match=advice) as caught,
        as_output_error(Path("out/a.json"), of_input=False),
    ):
        raise OSError(number, os.strerror(number))
    assert "out/a.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        write_file(tmp_path / "a.json", "text")


def test_a_vanished_results_folder_is_not_made_anew(tmp_path: Path) -> None:
    root = tmp_path / "out"
    with pytest.raises(OutputError, match="vanished"):
        write_file(root / "keypoints" / "a.json", "text", root)
    assert not root.exists()
    root.mkdir()
    write_file(root / "keypoints" / "a.json", "text", root)
    assert names(root) == ["a.json", "keypoints"]


def test_a_folder_that_vanishes_in_the_middle(tmp_path: Path) -> None:
    file = AtomicFile(tmp_path / "out" / "a.json")
    file.temporary.unlink()
    file.path.parent.rmdir()
    file.write("text")
    with pytest.raises(OutputError, match="vanished"):
        file.close()


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "keypoints").write_text("mine")
    with pytest.raises(OutputError, match="keypoints"):
        write_file(tmp_path / "keypoints" / "a.json", "text", tmp_path)
    assert (tmp_path / "keypoints").read_text() == "mine"


def test_leftovers_of_a_killed_run_are_removed_and_nothing_else(tmp_path: Path) -> None:
    write_file(tmp_path / "keypoints" / "b" / "a.json", "text")
    for left in (tmp_path, tmp_path / "keypoints" / "b"):
        AtomicFile(left / "x.json").write("half")
    (tmp_path / "my.tmp").touch()
    (tmp_path / ".movenet-notes").touch()
    assert remove_leftovers(tmp_path) == 2
    assert names(tmp_path) == [".movenet-notes", "a.json", "b", "keypoints", "my.tmp"]
    assert remove_leftovers(tmp_path / "missing") == 0


def test_a_file_system_that_cannot_sync_folders_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def files_only(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "fsync", files_only)
    write_file(tmp_path / "a.json", "text")
    sync_folders(tmp_path)
    assert names(tmp_path) == ["a.json"]


def test_every_folder_with_new_names_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    write_file(tmp_path / "keypoints" / "er" / "a.json", "text")
    (tmp_path / "images").mkdir()
    (content,) = synced
    assert content == (tmp_path / "keypoints" / "er" / "a.json").stat().st_ino
    sync_folders(tmp_path)
    folders = [tmp_path, tmp_path / "keypoints", tmp_path / "keypoints" / "er"]
    assert sorted(synced[1:]) == sorted(folder.stat().st_ino for folder in folders)


WRITE_FOREVER = """
import sys
from itertools import count
from pathlib import Path
from movenet_cli.io.atomic import AtomicFile
for number in count():
    with AtomicFile(Path(sys.argv[1], "keypoints", f"{number % 50}.txt")) as file:
        for part in range(200):
            file.write(f"{number % 50} " * 500)
    print(number, flush=True)
"""


def test_a_killed_process_leaves_only_complete_files_and_leftovers_that_are_known(tmp_path: Path) -> None:
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITE_FOREVER, str(tmp_path)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            for _ in range(3):
                assert writer.stdout.readline()
            writer.kill()
        for path in (tmp_path / "keypoints").glob("*.txt"):
            assert path.read_text() == f"{path.stem} " * 500 * 200
    remove_leftovers(tmp_path)
    assert all(path.suffix == ".txt" for path in (tmp_path / "keypoints").iterdir())
