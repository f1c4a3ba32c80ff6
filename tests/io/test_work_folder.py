"""Work folders: each for its block alone, however many are made at the same time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from movenet_cli.io.work_folder import work_folder


def test_those_in_use_are_left_alone(tmp_path: Path) -> None:
    def work(number: int) -> None:
        for _ in range(20):
            with work_folder(tmp_path) as folder:
                (folder / "file").write_text(str(number))
                assert (folder / "file").read_text() == str(number)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_works_in_any_more_is_removed(tmp_path: Path) -> None:
    left = tmp_path / ".movenet-work-left"
    left.mkdir()
    (left / "lock").touch()
    (left / "copy.mp4").write_bytes(b"x")
    with work_folder(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]
