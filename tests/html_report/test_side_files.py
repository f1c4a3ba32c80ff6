"""Large pages: their files beside them are complete, replaced as a whole, and never anybody else's."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from movenet_cli.errors import OutputError
from movenet_cli.html_report import page as page_module
from movenet_cli.html_report import side_files
from movenet_cli.html_report.page import write_report
from movenet_cli.io.locks import file_lock
from movenet_cli.media.discover import discover
from tests.html_report.pages import Page, report
from tests.output.formats.examples import DOCUMENTS, write_results
from tests.support.media import gradient, write_image


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Results with an overlay, so that there is a thumbnail, too."""
    write_results(tmp_path / "out", ["json"], DOCUMENTS)
    write_image(tmp_path / "out/overlay/a.jpg", gradient(640, 480))
    return tmp_path / "out"


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is large."""
    monkeypatch.setattr(side_files, "MOST_INLINE", 10)


def generations(results: Path) -> list[Path]:
    folder = results / "report-files"
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def test_a_large_page_has_the_same_beside_it(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = report(results)
    (folder,) = generations(results)
    assert sorted(path.name for path in folder.iterdir()) == ["0.jpg", "1.js", "2.js", "3.js", "rows-0.js"]
    assert page.attributes("src") == [f"report-files/{folder.name}/rows-0.js"]
    assert "file: 'self'" in next(text for text in page.attributes("content") if "script-src" in text)
    rows, columns = page.rows, page.columns("clips/a.mp4")
    monkeypatch.setattr(side_files, "MOST_INLINE", 1_000_000)
    small = report(results)
    assert (small.rows, small.columns("clips/a.mp4")) == (rows, columns)
    assert len(small.html) > len(page.html)
    assert not (results / "report-files").exists()


def test_a_page_has_its_own_files(results: Path) -> None:
    """The next one's are new; those of the one before are removed, and of another page they are not."""
    report(results)
    (before,) = generations(results)
    (results / "report-files/.0123abcd").mkdir()
    (results / "report-files/.0123abcd/7.jpg").write_bytes(b"left by a process that was killed")
    other = report(results, results / "night #1?.html")
    page = report(results)
    (after,) = generations(results)
    assert after != before
    assert after.name in page.attributes("src")[0]
    assert other.rows == page.rows
    assert other.attributes("src")[0].startswith("night%20%231%3F-files/")


def test_thumbnails_are_no_inputs(results: Path, tmp_path: Path) -> None:
    report(results)
    page = report(results, tmp_path / "reviews/night.html")
    assert [name for name in page.files if name.endswith(".jpg")]
    found = discover([str(results / "report-files"), str(tmp_path / "reviews")])
    assert not found.files


def test_files_of_others_are_never_removed(results: Path) -> None:
    report(results)
    (folder,) = generations(results)
    (folder / "notes.txt").write_text("mine")
    (results / "report-files/mine").mkdir()
    report(results)
    assert (folder / "notes.txt").read_text() == "mine"
    assert not (folder / "rows-0.js").exists()
    assert (results / "report-files/mine").is_dir()


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_text("mine"),
        lambda path: path.symlink_to(path.parent / "overlay"),
        lambda path: (path.mkdir(), (path / "mine").write_text("")),
        os.mkfifo,
    ],
)
def test_a_folder_of_others_is_refused(results: Path, make: Callable[[Path], object]) -> None:
    make(results / "report-files")
    with pytest.raises(OutputError, match="report-files exists and is not made by movenet"):
        write_report(results, results / "report.html")
    assert not (results / "report.html").exists()


def test_an_empty_folder_is_taken(results: Path) -> None:
    (results / "report-files").mkdir()
    assert len(report(results).rows) == 4


@pytest.mark.parametrize("moment", ["SideFiles.close", "write_file"])
def test_a_page_that_fails_leaves_the_older_one_whole(
    results: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    rows = report(results).rows
    before = generations(results)

    def fail(*_: object) -> None:
        raise OutputError("the disk is full")

    owner, _, name = moment.rpartition(".")
    monkeypatch.setattr(getattr(page_module, owner) if owner else page_module, name, fail)
    with pytest.raises(OutputError, match="the disk is full"):
        write_report(results, results / "report.html")
    assert generations(results) == before
    assert Page(results / "report.html").rows == rows


def test_two_at_once_do_not_mix(results: Path) -> None:
    report(results)
    with (
        file_lock(results / "report-files/.movenet-report", protects="it"),
        pytest.raises(OutputError, match="another process is making this report"),
    ):
        write_report(results, results / "report.html")
    assert len(Page(results / "report.html").rows) == 4


def test_scripts_hold_json_and_nothing_that_ends_them(results: Path) -> None:
    report(results)
    (folder,) = generations(results)
    for path in folder.glob("*.js"):
        head, _, data = path.read_text("utf-8").partition(" = ")
        assert head == f'(self.movenetData ??= {{}})["{path.name}"]'
        assert json.loads(data.removesuffix(";\n"))
