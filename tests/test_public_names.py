"""What `import movenet_cli` offers, and how little it costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import movenet_cli
from movenet_cli.core.types import Pose
from tests.test_architecture import HEAVY, PACKAGE

SLOW = (*HEAVY, "click", "tqdm", "requests", "logging", "pandas")


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_import_alone_loads_nothing() -> None:
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import movenet_cli\n"
        "assert movenet_cli.__version__ and 'Annotator' in dir(movenet_cli)\n"
        f"print(sorted(set({SLOW!r}) & (set(sys.modules) - before)))\n"
        "print([name for name in sys.modules if name.startswith('movenet_cli.')])"
    )
    assert _python(code).splitlines() == ["[]", "[]"]


def test_finding_people_loads_no_command_line_and_no_tensorflow() -> None:
    code = (
        "import sys, numpy, movenet_cli as movenet\n"
        "with movenet.Annotator('mini') as annotator:\n"
        "    assert len(annotator.image(numpy.zeros((64, 64, 3), numpy.uint8))) == 1\n"
        "unwanted = ('tensorflow', 'click', 'tqdm', 'requests', 'movenet_cli.cli')\n"
        "print([name for name in unwanted if name in sys.modules])"
    )
    assert _python(code) == "[]"


def test_every_public_name_is_there_and_is_the_one_that_is_used_inside() -> None:
    names: dict[str, object] = {}
    exec("from movenet_cli import *", names)  # noqa: S102 - that it works is what is tested
    assert set(movenet_cli.__all__) <= names.keys()
    assert set(movenet_cli.__all__) <= set(dir(movenet_cli))
    assert movenet_cli.Pose is Pose
    with pytest.raises(AttributeError, match="annotate"):
        _ = movenet_cli.annotate  # type: ignore[attr-defined]


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(movenet_cli.__file__).read_text())
    seen = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("movenet_cli.")
        for alias in node.names
    }
    assert seen == set(movenet_cli.__all__) - {"__version__"}


def test_inside_nobody_uses_the_public_names() -> None:
    """They are at the top: the modules below import each other."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "movenet_cli":
                names = {alias.name for alias in node.names}
                assert not names & (set(movenet_cli.__all__) - {"__version__"}), path


@pytest.mark.parametrize("name", movenet_cli.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    page = (PACKAGE.parents[1] / "docs" / "python.md").read_text()
    assert f"`{name}" in page or f"movenet.{name}" in page
