"""The pages cannot rot: commands in a sentence parse, options and names exist, tables and links are right."""

import json
import re
import shlex
from functools import cache
from pathlib import Path

import click
import pytest

from movenet_cli import errors
from movenet_cli.cli.main import COMMANDS, movenet, run
from movenet_cli.errors import ExitCode, MovenetError
from movenet_cli.models.hub.catalogue import CATALOGUE
from movenet_cli.output.formats.csv import COLUMNS
from tests.conftest import PROJECT
from tests.docs.examples import PAGES, Block, blocks, commands, page_name, prose

README = (PROJECT / "README.md").read_text()
CODE = re.compile(r"`([^`\n]+)`")

SETTINGS = {
    "MOVENET_HOME", "MOVENET_OFFLINE", "MOVENET_MIRROR", "MOVENET_CONFIG", "MOVENET_NO_CONFIG",
    "MOVENET_TEST_MODELS",
}  # fmt: skip
"""Environment variables that are not one option's of one command."""

OTHERS = {"--no-track", "--no-smooth", "--help", "--version"}
"""Options that Click makes."""

OTHER_PROGRAMS = {"--head", "--port", "--address", "--array"}
"""Options of `ray` and of Slurm."""


def _in_sentences() -> list[tuple[str, str]]:
    """Every `movenet …` with a command between backquotes in a sentence."""
    names = "|".join(COMMANDS)
    return [
        (page_name(page), code)
        for page in PAGES
        for code in CODE.findall(prose(page))
        if re.match(rf"movenet (?:{names})\b", code)
    ]


@pytest.mark.parametrize(("page", "command"), _in_sentences(), ids=lambda value: str(value)[:60])
def test_commands_in_sentences_parse(page: str, command: str) -> None:
    words = shlex.split(command)[1:]
    group: click.Command = movenet
    parsed = click.Context(movenet, info_name="movenet")
    while isinstance(group, click.Group) and words:
        child = group.get_command(parsed, words[0])
        assert child is not None, f"{page}: {command}"
        group, words = child, words[1:]
    group.make_parser(parsed).parse_args(words)


def test_every_command_is_in_the_readme_and_in_the_changelog() -> None:
    for page in ("README.md", "CHANGELOG.md"):
        text = (PROJECT / page).read_text()
        assert [name for name in COMMANDS if f"movenet {name}" not in text] == [], page


@cache
def _parameters() -> list[tuple[click.Context, click.Option]]:
    return [
        (context, option)
        for context in commands()
        for option in context.command.params
        if isinstance(option, click.Option)
    ]


@pytest.fixture(scope="module")
def known_options() -> set[str]:
    """Those of `movenet`, and of the programs beside the package."""
    known = {name for _, option in _parameters() for name in (*option.opts, *option.secondary_opts)}
    known |= OTHERS | OTHER_PROGRAMS
    known |= {f"--no-{max(option.opts, key=len)[2:]}" for _, option in _parameters() if option.is_flag}
    for pattern in ("benchmarks/*.py", "training/*.py", "training/synthesis/*.py"):
        for source in PROJECT.glob(pattern):
            known |= set(re.findall(r'"(--[a-z-]+)"', source.read_text()))
    return known


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_options_exist(page: Path, known_options: set[str]) -> None:
    named = set(re.findall(r"(?<![\w|-])--[a-z][a-z-]+", page.read_text()))
    assert sorted(named - known_options) == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_environment_variables_exist(page: Path) -> None:
    known = SETTINGS | {
        f"{context.command_path} {max(option.opts, key=len).lstrip('-')}".upper().translate(
            str.maketrans(" -", "__")
        )
        for context, option in _parameters()
    }
    assert sorted(set(re.findall(r"\bMOVENET_[A-Z_]+", page.read_text())) - known) == []


def test_exit_codes_are_the_programs() -> None:
    table = re.search(r"## Exit codes\n(.*?)\n## ", README, re.DOTALL)
    assert table is not None
    listed = [int(code) for code in re.findall(r"^\| (\d+) \|", table[1], re.MULTILINE)]
    assert listed == sorted(ExitCode)


def test_the_tree_of_errors_is_drawn_as_it_is() -> None:
    drawn = {name: int(code) for name, code in re.findall(r"── (\w+) +(\d+) ", errors.__doc__ or "")}
    assert drawn == {kind.__name__: kind.exit_code for kind in MovenetError.__subclasses__()}


@pytest.mark.parametrize("page", ["docs/reliability.md", "docs/models.md", "docs/output.md"])
def test_exit_codes_that_are_mentioned_exist(page: str) -> None:
    named = re.findall(r"\bexit (?:code )?(\d+)", (PROJECT / page).read_text())
    assert [code for code in named if int(code) not in list(ExitCode)] == []


def test_models_of_the_table_exist() -> None:
    table = re.search(r"## Models\n(.*?)\n`movenet", README, re.DOTALL)
    assert table is not None
    names = [name for name in re.findall(r"`([a-z0-9-]+)`", table[1]) if not name.startswith((".", "--"))]
    assert names
    assert [name for name in names if name not in CATALOGUE] == []


def test_csv_columns_are_the_documented_ones() -> None:
    assert COLUMNS[:10] == (
        "source", "frame", "time", "status", "person", "id", "score", "box_x0", "box_y0", "box_x1",
    )  # fmt: skip
    assert COLUMNS[11:15] == ("nose_x", "nose_y", "nose_score", "left_eye_x")
    assert len(COLUMNS) == 11 + 17 * 3


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_files_that_are_named_exist(page: Path) -> None:
    """Sources and tests, with their folders."""
    named = re.findall(r"`((?:tests|src|docs|benchmarks)/[\w./-]+\.\w+)`", page.read_text())
    assert [name for name in named if not (PROJECT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_documents_that_are_shown_are_json(page: Path) -> None:
    for block in blocks(page):
        if block.language == "json":
            json.loads(block.text)


TOML = [block for page in PAGES for block in blocks(page) if block.language == "toml"]


@pytest.mark.parametrize("block", TOML, ids=lambda block: block.name)
def test_configuration_files_that_are_shown_are_right(
    block: Block, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    is_project = "[tool." in block.text
    config = tmp_path / ("pyproject.toml" if is_project else "movenet.toml")
    config.write_text(block.text)
    tables = re.findall(r"^\[(?:tool\.movenet\.)?(.+)\]$", block.text, re.MULTILINE)
    assert tables
    for table in tables:
        assert run([*table.split("."), "--config", str(config), "--print-config"]) == ExitCode.OK
        assert f"{config.name} [" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_no_placeholder_is_left(page: Path) -> None:
    assert not re.search(r"^(FIGURES|SOAK|TODO)\b", page.read_text(), re.MULTILINE)


def test_nothing_is_installed_by_a_name_that_no_index_has() -> None:
    """The project is installed from its folder; see README.md."""
    sources = [*PAGES, *(PROJECT / "src").rglob("*.py")]
    told = [name for source in sources for name in re.findall(r"pip install '?([\w.-]+)", source.read_text())]
    assert set(told) <= {".", "pycocotools", "pyarrow", "h5py", "ray", "s3fs"}
