"""Temporary folders that workers share: one for all, kept a moment, removed when nobody uses them."""

import errno
import fcntl
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from movenet_cli.core.cancellation import CancellationToken, Cancelled
from movenet_cli.io.shared_folder import KEPT, alone_in, remove_unused, share, shared_folder
from movenet_cli.io.work_folder import work_folder


def never() -> None:
    pass


def test_all_have_the_same_folder_and_it_stays_a_moment(tmp_path: Path) -> None:
    with shared_folder(tmp_path, "key", never) as first, shared_folder(tmp_path, "key", never) as second:
        assert first == second
        (first / "copy").write_text("content")
        remove_unused(tmp_path, kept=0)
        assert (first / "copy").exists()
    remove_unused(tmp_path)
    with shared_folder(tmp_path, "key", never) as folder:
        assert (folder / "copy").read_text() == "content"
    with shared_folder(tmp_path, "other", never) as folder:
        assert not (folder / "copy").exists()
    remove_unused(tmp_path, kept=0)
    assert list(tmp_path.iterdir()) == []


def test_one_that_nobody_has_used_lately_is_removed(tmp_path: Path) -> None:
    with shared_folder(tmp_path, "key", never) as folder:
        pass
    long_ago = time.time() - KEPT - 1
    os.utime(folder / "lock", (long_ago, long_ago))
    with shared_folder(tmp_path, "key", never):
        remove_unused(tmp_path)
        assert folder.exists()
    os.utime(folder / "lock", (long_ago, long_ago))
    remove_unused(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_user_holds_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from movenet_cli.io.shared_folder import shared_folder\n"
        "with shared_folder(Path(sys.argv[1]), 'key', lambda: None):\n"
        "    print(flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        remove_unused(tmp_path, kept=0)
        assert len(list(tmp_path.iterdir())) == 1
        process.kill()
    remove_unused(tmp_path, kept=0)
    assert list(tmp_path.iterdir()) == []


def test_who_comes_while_it_is_removed_gets_a_new_one(tmp_path: Path) -> None:
    """Many at once, with somebody who removes what is unused all the time: nobody finds half a folder."""
    ended, found = threading.Event(), []

    def use() -> None:
        for _ in range(30):
            with shared_folder(tmp_path, "key", never) as folder, alone_in(folder, never):
                (folder / "part").write_text("content")
                (folder / "part").rename(folder / "copy")
                found.append((folder / "copy").read_text())

    def remove() -> None:
        while not ended.is_set():
            remove_unused(tmp_path, kept=0)

    users, remover = [threading.Thread(target=use) for _ in range(3)], threading.Thread(target=remove)
    remover.start()
    for user in users:
        user.start()
    for user in users:
        user.join()
    ended.set()
    remover.join()
    assert found == ["content"] * 90
    remove_unused(tmp_path, kept=0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_ones_own_becomes_everybodys(tmp_path: Path) -> None:
    with work_folder(tmp_path) as own:
        (own / "copy").write_text("content")
        assert share(own, "key")
    with shared_folder(tmp_path, "key", never) as folder:
        assert (folder / "copy").read_text() == "content"
        with work_folder(tmp_path) as own:
            (own / "copy").write_text("another's")
            assert share(own, "key")
        assert (folder / "copy").read_text() == "content"
    assert list(tmp_path.iterdir()) == [folder]


def test_without_locks_nothing_is_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with work_folder(tmp_path) as own:
        assert not share(own, "key")
        assert own.exists()
    with pytest.raises(OSError, match="No locks"), shared_folder(tmp_path, "key", never):
        pass


def test_another_users_folder_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with shared_folder(tmp_path, "key", never):
        pass
    monkeypatch.setattr(os, "getuid", lambda: 65531)
    with pytest.raises(PermissionError), shared_folder(tmp_path, "key", never):
        pass


def test_who_waits_for_another_can_be_stopped(tmp_path: Path) -> None:
    stopped = CancellationToken()
    with shared_folder(tmp_path, "key", never) as folder, alone_in(folder, never):
        threading.Timer(0.2, stopped.cancel).start()
        with pytest.raises(Cancelled), alone_in(folder, stopped.check):
            pass
