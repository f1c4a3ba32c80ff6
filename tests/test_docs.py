"""The documentation cannot rot: commands parse, tables are the program's own, links lead somewhere."""

import re
import shlex
from pathlib import Path

import click
import pytest

from movenet_cli.cli.main import COMMANDS, movenet
from movenet_cli.errors import ExitCode
from movenet_cli.models.catalogue import CATALOGUE
from movenet_cli.sinks.csvfile import COLUMNS

PROJECT = Path(__file__).resolve().parent.parent
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]


def _blocks(page: Path) -> list[str]:
    return re.findall(r"^```\w*\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def _commands() -> list[tuple[str, str]]:
    """Every `movenet …` of every code block, up to a pipe, a redirection or a comment."""
    names = "|".join(COMMANDS)
    return [
        (page.name, re.split(r"\s+(?:\||#|&&|>)|;", command)[0].strip())
        for page in PAGES
        for command in re.findall(rf"\bmovenet (?:{names})\b.*", "\n".join(_blocks(page)))
    ]


@pytest.mark.parametrize(("page", "command"), _commands(), ids=lambda value: str(value)[:60])
def test_commands_parse(page: str, command: str) -> None:
    words = shlex.split(command)[1:]
    group, parsed = movenet, click.Context(movenet, info_name="movenet")
    while isinstance(group, click.Group):
        child = group.get_command(parsed, words[0])
        assert child is not None, f"{page}: {command}"
        group, words = child, words[1:]
    if not any(word.isupper() for word in words):
        group.make_context(group.name, words)


def test_there_are_commands_to_check() -> None:
    assert len(_commands()) > 10


def test_every_command_is_in_the_readme() -> None:
    text = (PROJECT / "README.md").read_text() + "".join(page.read_text() for page in PAGES)
    assert [name for name in COMMANDS if f"movenet {name}" not in text] == []


def test_exit_codes_are_the_programs() -> None:
    table = re.search(r"## Exit codes\n(.*?)\n## ", (PROJECT / "README.md").read_text(), re.DOTALL)
    assert table is not None
    listed = [int(code) for code in re.findall(r"^\| (\d+) \|", table[1], re.MULTILINE)]
    assert listed == sorted(ExitCode)


def test_models_of_the_table_exist() -> None:
    table = re.search(r"## Models\n(.*?)\n`movenet", (PROJECT / "README.md").read_text(), re.DOTALL)
    assert table is not None
    names = [name for name in re.findall(r"`([a-z0-9-]+)`", table[1]) if not name.startswith(".")]
    assert names
    assert [name for name in names if name not in CATALOGUE] == []


def test_csv_columns_are_the_documented_ones() -> None:
    assert COLUMNS[:10] == (
        "source", "frame", "time", "status", "person", "id", "score", "box_x0", "box_y0", "box_x1",
    )  # fmt: skip
    assert COLUMNS[11:15] == ("nose_x", "nose_y", "nose_score", "left_eye_x")
    assert len(COLUMNS) == 11 + 17 * 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_placeholder_is_left(page: Path) -> None:
    assert not re.search(r"^(FIGURES|SOAK|TODO)\b", page.read_text(), re.MULTILINE)
