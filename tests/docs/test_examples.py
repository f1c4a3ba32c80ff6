"""Every example is run as it stands, in a fresh home; what cannot be run is listed with its reason."""

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import click
import pytest

from movenet_cli.cli.main import movenet, run
from movenet_cli.errors import ExitCode
from tests.conftest import PROJECT
from tests.docs.examples import (
    PAGES,
    RUN,
    SHOWN,
    Block,
    blocks,
    help_examples,
    page_examples,
    page_name,
    prose,
)
from tests.docs.shell import Shell

NOT_RUN = {
    "make": "sets up an environment from the package index; CI runs `make demo` and `make test`",
    "python -m benchmarks": "takes an hour, or annotated images that are not part of the project",
    "movenet annotate https://": "needs the network; tests/end_to_end/test_addresses.py has a server",
    "movenet annotate s3://": "needs a store; tests/end_to_end/test_addresses.py has one",
    "python -m training": "needs a library for training and bodies that are not part of the project",
}
"""How lines begin that no test runs, and why. Their targets, modules and options are still looked up."""

FIRST = {
    "movenet validate results": "movenet annotate photos -o results -q",
    "movenet validate movenet-out": "movenet annotate photos -q",
    "movenet convert movenet-out": "movenet annotate photos -q",
    "movenet convert results": "movenet annotate photos clip.mp4 -o results -q",
    "movenet merge results": "movenet annotate photos -o results -q --shard 1/1",
    "movenet select": "movenet annotate photos clip.mp4 -o results -q && cp -r results movenet-out",
    "movenet check": "movenet annotate photos clip.mp4 -o results -q && cp -r results movenet-out",
    "movenet report movenet-out": "movenet annotate photos -q",
    "movenet report results": "movenet annotate photos clip.mp4 -o results -q",
    "movenet render movenet-out": "movenet annotate photos -q",
    "movenet render photo-results": "movenet annotate photos -o photo-results -q",
    "movenet render results": "movenet annotate photos clip.mp4 -o results -q",
    "import json": "movenet annotate photos -f coco -o results -q",
    "from movenet_cli import read": "movenet annotate photos clip.mp4 -o results -q",
}
"""How an example begins that needs results, and what makes them."""


def _is_run(block: Block) -> bool:
    """Whether no line is on the list; an example is on it whole or not at all."""
    listed = {line.startswith(tuple(NOT_RUN)) for line in _lines(block)}
    assert len(listed) == 1, f"{block.name}: what tests run, and what they do not, in blocks of their own"
    return listed == {False}


def _lines(block: Block) -> list[str]:
    """Its command lines, continued ones joined, without comments."""
    text = re.sub(r"\s+# .*", "", block.text.replace("\\\n", " "))
    return [line for line in text.splitlines() if line]


EXAMPLES = list(
    {block.text: block for block in [*help_examples(), *page_examples()] if _is_run(block)}.values()
)
LISTED = [block for block in page_examples() if not _is_run(block)]


def document(home: Path, name: str) -> dict[str, list[dict[str, object]]]:
    """One input's result."""
    content: dict[str, list[dict[str, object]]] = json.loads((home / name).read_text())
    return content


def _check_use(home: Path, done: CompletedProcess[str]) -> None:
    assert [
        frame["status"] for frame in document(home, "movenet-out/keypoints/photo.jpg.json")["frames"]
    ] == ["ok"]
    for name in ("a.mp4", "day2/b.mp4"):
        assert len(document(home, f"results/keypoints/{name}.json")["frames"]) == 6
        assert (home / "results" / "overlay" / name).stat().st_size
    assert len(document(home, "dataset/coco.json")["images"]) == 2
    assert sorted(path.name for path in (home / "dataset").rglob("*.csv")) == ["one.jpg.csv", "two.jpg.csv"]
    part = document(home, "part/keypoints/clip.mp4.json")["frames"]
    assert [frame["frame"] for frame in part] == [90, 95, 100, 105, 110, 115]
    dance = document(home, "dance-poses/keypoints/duo.mp4.json")["frames"]
    assert '"smoothed"' in json.dumps(dance)


def _check_pipeline(home: Path, done: CompletedProcess[str]) -> None:
    points = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(points) >= 125
    assert sorted(path.name for path in (home / "results" / "overlay").rglob("*.mp4")) == ["a.mp4", "b.mp4"]


def _check_results(home: Path, done: CompletedProcess[str]) -> None:
    assert re.search(r"\bAP\b", done.stdout)
    assert "runs mini" in done.stdout
    assert len(document(home, "results/coco.json")["images"]) == 1
    assert "<html" in (home / "results" / "report.html").read_text()


def _check_render(home: Path, done: CompletedProcess[str]) -> None:
    for folder in ("movenet-render", "skeletons", "shared", "part"):
        assert (home / folder / "overlay" / "clip.mp4").stat().st_size
        assert (home / folder / "overlay" / "gym.jpg").stat().st_size


def _check_report(home: Path, done: CompletedProcess[str]) -> None:
    for page in ("results/report.html", "reviews/night.html"):
        assert '"name":"clip.mp4"' in (home / page).read_text()


def _check_models(home: Path, done: CompletedProcess[str]) -> None:
    path, *verified = done.stdout.splitlines()
    assert Path(path, "saved_model.pb").is_file()
    assert {"thunder  ok", "lightning  ok"} <= {line.rpartition("  ")[0] for line in verified}


def _check_coco(home: Path, done: CompletedProcess[str]) -> None:
    assert done.stdout.endswith("1 people to compare\n")


def _check_baseline(home: Path, done: CompletedProcess[str]) -> None:
    assert re.search(r"\bAP\b", done.stdout)


def _check_image_in_memory(home: Path, done: CompletedProcess[str]) -> None:
    (line,) = done.stdout.splitlines()
    assert re.fullmatch(r"0\.\d+ \[ *-?\d.*\]", line)


def _check_frames_of_video(home: Path, done: CompletedProcess[str]) -> None:
    times = [float(line.split()[0]) for line in done.stdout.splitlines()]
    assert times == [time for time in range(0, 65, 5) if time in times]


def _check_run(home: Path, done: CompletedProcess[str]) -> None:
    assert re.fullmatch(r"2 done, 0 kept, \d+ frames with people\n", done.stdout)
    assert len(list((home / "results" / "overlay").rglob("*.mp4"))) == 2


def _check_reading(home: Path, done: CompletedProcess[str]) -> None:
    first, _, second, counts = done.stdout.splitlines()
    assert (first, second) == ("clip.mp4 video 96 64 thunder", "gym.jpg image 896 640 thunder")
    assert counts.endswith("of 1 frames with people")


CHECKS: dict[str, Callable[[Path, CompletedProcess[str]], None]] = {
    "movenet annotate photo.jpg": _check_use,
    'movenet annotate clip.mp4 -o - -q | jq -c \'select(.record == "frame" and .status == "ok") '
    "| .poses[0].keypoints[0]'": _check_pipeline,
    "movenet validate results": _check_results,
    "movenet models fetch thunder lightning": _check_models,
    "movenet render results": _check_render,
    "movenet report results": _check_report,
    "movenet annotate single165 --model lightning -o out": _check_baseline,
    "import json": _check_coco,
    "import cv2": _check_image_in_memory,
    "from movenet_cli import KEYPOINT_NAMES, Annotator": _check_frames_of_video,
    "import movenet_cli as movenet": _check_run,
    "from movenet_cli import read": _check_reading,
}
"""First line of an example to what must be there afterwards, besides results without a failure."""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda block: block.name[:80])
def test_example_does_what_it_says(shell: Shell, home_after: Callable[[str], Path], example: Block) -> None:
    for beginning, command in FIRST.items():
        if example.first_line.startswith(beginning):
            shutil.copytree(home_after(command), shell.folder, dirs_exist_ok=True)
    done = shell.run(example.script)
    assert done.returncode == ExitCode.OK, done.stderr
    for facts in map(json.loads, (path.read_text() for path in shell.folder.rglob("run.json"))):
        assert (facts["exit_code"], facts["complete"], facts["inputs"]["failed"]) == (0, True, 0)
        assert facts["inputs"]["done"] > 0
    for results in shell.folder.rglob("journal.jsonl"):
        is_render = not (results.parent / "keypoints").exists() and (results.parent / "overlay").exists()
        assert is_render or run(["validate", str(results.parent)]) == ExitCode.OK
    CHECKS.get(example.first_line, lambda home, done: None)(shell.folder, done)


def test_every_check_belongs_to_an_example() -> None:
    lines = [example.first_line for example in EXAMPLES]
    assert [line for line in CHECKS if line not in lines] == []
    assert [start for start in FIRST if not any(line.startswith(start) for line in lines)] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_block_says_what_it_is(page: Path) -> None:
    assert [block.name for block in blocks(page) if block.language not in {*RUN, *SHOWN}] == []
    assert page.read_text().count("```") == 2 * len(blocks(page)), "a block that does not end, or is indented"
    hidden = re.findall(
        r"^(?: {4,}|\t)(?:make|python|pip|movenet|find|bash|sh) .*", prose(page), re.MULTILINE
    )
    assert hidden == [], "put commands into a block of their own"


@pytest.mark.parametrize("block", LISTED, ids=lambda block: block.name[:80])
def test_what_is_not_run_exists(block: Block) -> None:
    for line in _lines(block):
        words = line.split()
        if words[0] == "make":
            folder, target = (words[2], words[3]) if words[1] == "-C" else (".", words[1])
            makefile = (PROJECT / folder / "Makefile").read_text()
            assert re.search(rf"^(.* )?{target}( .*)?:", makefile, re.MULTILINE), line
        elif words[0] == "movenet":
            context = click.Context(movenet)
            command = movenet.get_command(context, words[1])
            assert command is not None
            command.make_parser(context).parse_args(shlex.split(line)[2:])
        else:
            module = PROJECT / words[2].replace(".", "/")
            source = (module / "__main__.py" if module.is_dir() else module.with_suffix(".py")).read_text()
            options = [word for word in words if word.startswith("--")]
            assert [option for option in options if f'"{option}"' not in source] == [], line
