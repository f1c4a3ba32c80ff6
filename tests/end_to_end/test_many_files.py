"""Twenty thousand inputs: found in order, counted right, kept or done, in bounded memory."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from movenet_cli.errors import ExitCode
from movenet_cli.media.discover import discover
from movenet_cli.output.folder.journal import read_journal
from movenet_cli.output.folder.records import Entry, record_line
from tests.conftest import PROJECT
from tests.support.media import gradient, write_image

FOLDERS, EACH = 100, 200
MOST_KILOBYTES = 3.5
"""What each input may add to the memory of a run; two are usual."""

RUN = """
import sys
from pathlib import Path
from movenet_cli.cli.main import run
code = run(sys.argv[1:])
lines = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024)
sys.exit(code)
"""
"""Prints the peak of its own memory; `getrusage` would count what its parent had when it was started."""


def _names() -> Iterator[str]:
    """In natural order: 2 before 10."""
    return (f"f{folder}/{number}.png" for folder in range(FOLDERS) for number in range(EACH))


def _copy(original: Path, folder: Path, number: int) -> Path:
    """One of a few copies to link to, since a file system allows only so many links to a file."""
    copy = folder.parent / f"{original.name}-{number // 10}"
    if not copy.exists():
        shutil.copyfile(original, copy)
    return copy


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A hundred folders with links to ten copies of a tiny image, and a text in each."""
    base = tmp_path_factory.mktemp("many")
    original = write_image(base / "original.png", gradient(16, 16))
    for folder in range(FOLDERS):
        (base / "in" / f"f{folder}").mkdir(parents=True)
        (base / "in" / f"f{folder}" / "notes.txt").touch()
        image = _copy(original, base / "in", folder)
        for number in range(EACH):
            os.link(image, base / "in" / f"f{folder}" / f"{number}.png")
    yield base / "in"
    shutil.rmtree(base)


def test_all_are_found_in_natural_order(many: Path) -> None:
    found = discover([str(many)])
    assert [file.name for file in found.files] == list(_names())
    assert (found.ignored, found.missing) == (FOLDERS, ())


def _finish(out: Path, many: Path) -> None:
    """Let it look as if a run had done all of them, as it did the first."""
    first = next(entry for entry in read_journal(out) if entry.name == "f0/0.png")
    ((path, output),) = first.outputs.items()
    document = out / path
    with (out / "journal.jsonl").open("ab") as journal:
        for folder in range(FOLDERS):
            (out / "keypoints" / f"f{folder}").mkdir(exist_ok=True)
            copy = _copy(document, out, folder)
            status = (many / f"f{folder}" / "0.png").stat()
            assert first.fingerprint
            mark = replace(first.fingerprint, mtime_ns=status.st_mtime_ns)
            for number in range(EACH):
                name = f"f{folder}/{number}.png"
                target = out / "keypoints" / f"{name}.json"
                if target != document:
                    os.link(copy, target)
                outputs, where = {f"keypoints/{name}.json": output}, str(many / name)
                journal.write(record_line(Entry(name, mark, first.key, outputs, first.counts, path=where)))


def _peak(*command: str) -> int:
    """Run a command that succeeds; the most memory that it had, in megabytes."""
    program = [sys.executable, "-c", RUN, *command]
    done = subprocess.run(program, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == ExitCode.OK, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's own peak")
def test_a_run_keeps_what_is_done_in_bounded_memory(a_model: Path, many: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ["annotate", str(many), "-o", str(out), "-m", str(a_model), "-q"]
    for_one = _peak(*command, "--include", "f0/0.png")
    _finish(out, many)
    write_image(many / "f7" / f"{EACH}.png", gradient(seed=3))
    (out / "keypoints" / "f99" / f"{EACH - 1}.png.json").unlink()
    for_all = _peak(*command)
    (many / "f7" / f"{EACH}.png").unlink()
    facts = json.loads((out / "run.json").read_text())
    total = FOLDERS * EACH + 1
    assert facts["inputs"] == {"total": total, "done": 2, "kept": total - 2, "failed": 0, "ignored": FOLDERS}
    assert facts["frames"]["frames"] == total
    assert (out / f"keypoints/f7/{EACH}.png.json").is_file()
    assert (out / f"keypoints/f99/{EACH - 1}.png.json").is_file()
    assert (for_all - for_one) * 1024 < MOST_KILOBYTES * total
    shutil.rmtree(out)
