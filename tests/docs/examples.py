"""The examples in the project's pages, and those that `--help` shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from movenet_cli.cli.main import movenet
from tests.conftest import PROJECT

FOLDERS = (".", "docs", "benchmarks", "sample_images", "training", "training/synthesis")
PAGES = [page for folder in FOLDERS for page in sorted((PROJECT / folder).glob("*.md"))]

RUN = {"sh": "{}", "python": "python - <<'END'\n{}END\n"}
"""Languages of the code blocks that are run, and how a shell runs them."""

SHOWN = {"json", "text", "toml"}
"""What a code block may be besides."""

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A code block.

    Attributes:
        place: the page, relative to the project, or the command whose help it is.
        language: the word behind the fence.
        text: its lines.
    """

    place: str
    language: str
    text: str

    @property
    def first_line(self) -> str:
        """The first line that is no comment, without a comment at its end."""
        lines = [line for line in self.text.splitlines() if line and not line.startswith("#")]
        return re.split(r"\s+# ", lines[0])[0]

    @property
    def script(self) -> str:
        """What to give to a shell."""
        return RUN[self.language].format(self.text)

    @property
    def name(self) -> str:
        """Where it stands and how it begins."""
        return f"{self.place}: {self.first_line}"


def page_name(page: Path) -> str:
    """A page's path in the project."""
    return page.relative_to(PROJECT).as_posix()


def blocks(page: Path) -> list[Block]:
    """All code blocks of a page."""
    return [Block(page_name(page), *found) for found in _FENCED.findall(page.read_text())]


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return _FENCED.sub("", page.read_text())


def page_examples() -> list[Block]:
    """Every example of every page that is there to be run."""
    return [block for page in PAGES for block in blocks(page) if block.language in RUN]


def commands(
    command: click.Command = movenet, parent: click.Context | None = None, name: str = "movenet"
) -> Iterator[click.Context]:
    """Every command and group there is, with a context that knows its full name."""
    context = click.Context(command, parent=parent, info_name=name, terminal_width=300)
    yield context
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from commands(found, context, child)


def help_examples() -> list[Block]:
    """Every line of a `--help` that is a command to type."""
    return [
        Block(f"{context.command_path} --help", "sh", line.removeprefix("Start with:").strip() + "\n")
        for context in commands()
        for line in map(str.strip, context.command.get_help(context).splitlines())
        if re.match(r"(Start with: +)?movenet [a-z]+ [^…]*$", line) or "| movenet " in line
    ]
