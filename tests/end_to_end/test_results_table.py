"""The table of docs/reliability.md: what a second run does to a results folder, byte by byte.

Each cell of the table is what this test sees happen, in the same words.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from movenet_cli.output.folder.result_settings import settings_key
from movenet_cli.run import plan as run_plan
from tests.conftest import PROJECT
from tests.support.media import gradient, write_image

FORMATS = "json,csv,coco"
NOT_RESULTS = ("run.json", "journal.jsonl", ".movenet/lock")


@dataclass
class Scene:
    """A folder with two images that were annotated once, and what the second run is called with."""

    place: Path
    model: Path
    inputs: list[Path]
    options: list[str] = field(default_factory=lambda: ["-f", FORMATS])

    @property
    def out(self) -> Path:
        return self.place / "out"

    def annotate(self, out: Path, *more: str) -> int:
        fixed = ("-m", str(self.model), "--crop", "none", "--progress", "none", "-q")
        return run(["annotate", *map(str, self.inputs), "-o", str(out), *self.options, *fixed, *more])


Change = Callable[[Scene], None]


def first_run(scene: Scene) -> None:
    shutil.rmtree(scene.out)


def same_again(scene: Scene) -> None:
    pass


def more_inputs(scene: Scene) -> None:
    write_image(scene.place / "in" / "c.jpg", gradient(seed=3))


def more_formats(scene: Scene) -> None:
    scene.options = ["-f", FORMATS + ",jsonl", "--overlay"]


def fewer_formats(scene: Scene) -> None:
    scene.options = ["-f", "json"]


def other_options(scene: Scene) -> None:
    scene.options = ["-f", "json,coco", "--min-score", "0.05"]


def other_model(scene: Scene) -> None:
    other = scene.place / "other.tflite"
    other.write_bytes(scene.model.read_bytes() + bytes(16))
    scene.model = other


def same_name_elsewhere(scene: Scene) -> None:
    write_image(scene.place / "elsewhere" / "a.jpg", gradient(seed=8))
    scene.inputs = [scene.place / "elsewhere"]


def same_name_elsewhere_with_root(scene: Scene) -> None:
    same_name_elsewhere(scene)
    scene.options += ["--root", str(scene.place)]


def moved_input(scene: Scene) -> None:
    (scene.place / "in").rename(scene.place / "moved")
    scene.inputs = [scene.place / "moved"]


def moved_and_changed(scene: Scene) -> None:
    moved_input(scene)
    write_image(scene.place / "moved" / "a.jpg", gradient(seed=8))


def removed_input(scene: Scene) -> None:
    (scene.place / "in" / "b.jpg").unlink()


def changed_input(scene: Scene) -> None:
    write_image(scene.place / "in" / "a.jpg", gradient(seed=8))


def foreign_file(scene: Scene) -> None:
    more_inputs(scene)
    (scene.out / "keypoints" / "c.jpg.json").write_text('{"mine": 1}')


def changed_result(scene: Scene) -> None:
    (scene.out / "keypoints" / "a.jpg.json").write_text('{"corrected": "by hand"}')


def deleted_result(scene: Scene) -> None:
    (scene.out / "keypoints" / "a.jpg.json").unlink()


def older_version(scene: Scene) -> None:
    """As version 0.1.0 wrote the journal: without places of inputs, without settings."""
    journal = scene.out / "journal.jsonl"
    records = [json.loads(line) for line in journal.read_text().splitlines()]
    values = {record["settings"]: record["values"] for record in records if "settings" in record}
    lines = []
    for record in records:
        if "name" in record:
            known = {name: values[record["key"]][name] for name in ("media", "models", "options")}
            del record["path"]
            lines.append(json.dumps(record | {"key": settings_key(known | {"tool": "0.1.0"})}) + "\n")
    journal.write_text("".join(lines))


def older_version_of_other_numbers(scene: Scene) -> None:
    run_plan.REVISION = {media: number + 1 for media, number in run_plan.REVISION.items()}  # type: ignore[misc]


CHANGES: dict[str, Change] = {
    "first run": first_run,
    "the same again": same_again,
    "more inputs": more_inputs,
    "more formats": more_formats,
    "fewer formats": fewer_formats,
    "other options": other_options,
    "another model": other_model,
    "another input of the same name": same_name_elsewhere,
    "another input of the same name, with `--root`": same_name_elsewhere_with_root,
    "an input has moved": moved_input,
    "inputs have moved, one has changed, too": moved_and_changed,
    "an input is gone": removed_input,
    "an input has changed": changed_input,
    "a foreign file is in the way": foreign_file,
    "a result was changed by hand": changed_result,
    "a result was deleted": deleted_result,
    "results of an older version": older_version,
    "results of an older version with other numbers": older_version_of_other_numbers,
}


@pytest.fixture
def scene(a_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(run_plan, "REVISION", run_plan.REVISION)
    for seed, name in enumerate(("a.jpg", "b.jpg")):
        write_image(tmp_path / "in" / name, gradient(seed=seed))
    scene = Scene(tmp_path, a_model, [tmp_path / "in"])
    assert scene.annotate(scene.out) == ExitCode.OK
    return scene


Tree = dict[str, tuple[bytes, int]]


def tree(folder: Path) -> Tree:
    """Each file's content and time; one that was written anew has another time, if maybe the same inode."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in files
    }


def what_happened(code: int, before: Tree, after: Tree, calm: dict[str, bytes]) -> str:
    """In the words of the table."""
    if code:
        assert after == before, "a run that is refused changes nothing"
        return f"exit {code}, nothing changes"
    results = {name: content for name, (content, _) in after.items() if name not in NOT_RESULTS}
    for name, content in calm.items():
        assert results[name] == content, f"{name} is not as a run into an empty folder writes it"
    for name in results.keys() - calm.keys():
        assert content_of(before, name, results[name]), f"{name} came from nowhere"
    documents = [name for name in {**before, **after} if name.endswith(".json") and "/" in name]
    counts = {
        "annotated": sum(name not in before for name in documents),
        "redone": sum(name in before and name in after and before[name] != after[name] for name in documents),
        "kept": sum(before.get(name) == after.get(name) for name in documents),
        "csv removed": sum(name.endswith(".csv") and name not in after for name in before),
        "set aside": sum(name.endswith(".bak") for name in after),
    }
    parts = [f"{count} {what}" for what, count in counts.items() if count]
    if "coco.json" in after:
        images = len(json.loads(after["coco.json"][0])["images"])
        parts.append(f"`coco.json` of {images}")
    return ", ".join(parts)


def content_of(before: Tree, name: str, content: bytes) -> bool:
    """Whether a file is as it was, if under another name."""
    return before.get(name.removesuffix(".bak"), (b"", 0))[0] == content


def rows() -> Iterator[tuple[str, str, str]]:
    """The table in the docs."""
    text = (PROJECT / "docs" / "reliability.md").read_text()
    (table,) = re.findall(r"^\| the folder .*?\n((?:\|.*\n)+)", text, re.MULTILINE)
    for line in table.splitlines()[1:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        yield cells[0], cells[1], cells[2]


@pytest.mark.parametrize("overwrite", [False, True], ids=["plain", "overwrite"])
@pytest.mark.parametrize("situation", CHANGES)
def test_a_second_run_does_what_the_table_says(scene: Scene, situation: str, overwrite: bool) -> None:
    CHANGES[situation](scene)
    more = ["--overwrite"] if overwrite else []
    calm = scene.place / "calm"
    scene.annotate(calm, *more)
    before = tree(scene.out)
    dry = scene.annotate(scene.out, *more, "--dry-run")
    assert tree(scene.out) == before, "a dry run changes nothing"
    assert scene.out.exists() == bool(before)
    code = scene.annotate(scene.out, *more)
    assert dry == code, "a dry run ends as the run does"
    expected = {name: content for name, (content, _) in tree(calm).items() if name not in NOT_RESULTS}
    happened = what_happened(code, before, tree(scene.out), expected)
    told = {row[0]: row[1 + overwrite] for row in rows()}
    assert told.get(situation) == happened
    if not code:
        assert run(["validate", str(scene.out)]) == ExitCode.OK


def test_the_table_has_no_other_rows() -> None:
    assert [row[0] for row in rows()] == list(CHANGES)
