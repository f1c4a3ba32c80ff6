"""Who may import whom, read from the source; and what the command line may not import to show its help."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import movenet_cli
from movenet_cli.cli import main

PACKAGE = Path(movenet_cli.__file__).parent

LAYERS = {
    "cli": 6,
    "__main__": 6,
    "__init__": 6,
    "annotator": 5,
    "documents": 5,
    "run": 4,
    "effects": 4,
    "batch": 4,
    "clashes": 4,
    "folder": 4,
    "outputs": 4,
    "strategy": 4,
    "report": 4,
    "pipeline": 4,
    "evaluation": 4,
    "htmlreport": 4,
    "options": 3,
    "engine": 3,
    "results": 3,
    "models": 2,
    "sources": 2,
    "sinks": 2,
    "estimators": 2,
    "filters": 2,
    "moments": 2,
    "preprocess": 1,
    "decode": 1,
    "heads": 1,
    "geometry": 1,
    "pictures": 1,
    "resampling": 1,
    "metrics": 1,
    "boxes": 1,
    "containers": 1,
    "settings": 1,
    "locks": 0,
    "cancellation": 0,
    "natural": 0,
    "wording": 0,
    "foldernames": 0,
    "skeleton": 0,
    "versions": 0,
    "poses": 0,
    "errors": 0,
}
"""Height of each part; imports go downwards or stay level within one part."""

FAMILIES = {"models", "sources", "sinks", "estimators", "filters"}
CONFINED = {
    "tensorflow": {"models"},
    "tensorflow_hub": {"models"},
    "ai_edge_litert": {"models"},
    "click": {"cli"},
    "tqdm": {"cli"},
    "pycocotools": {"evaluation"},
    "pandas": {"documents"},
}
HEAVY = ("tensorflow", "cv2", "av", "numpy", "ai_edge_litert")


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _part(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def _imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.append(node.module or "")
    return names


@pytest.mark.parametrize("path", _modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_downwards(path: Path) -> None:
    part = _part(path)
    assert part in LAYERS, f"{part} has no place in the layers: see docs/architecture.md"
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] != "movenet_cli" or len(parts) == 1:
            continue
        other = parts[1]
        assert LAYERS[other] <= LAYERS[part], f"{path.name} imports upwards: {name}"
        if part in FAMILIES and other in FAMILIES and other != part:
            assert parts[2:] == ["interface"], (
                f"{path.name}: families see only each other's interface: {name}"
            )


@pytest.mark.parametrize("path", _modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_heavy_libraries_stay_in_their_rooms(path: Path) -> None:
    for name in _imports(path):
        rooms = CONFINED.get(name.split(".")[0])
        assert rooms is None or _part(path) in rooms, f"{path.name} imports {name}"


COMMANDS = [[], *([name] for name in main.COMMANDS), ["models", "list"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_imports_nothing_heavy(command: list[str]) -> None:
    code = (
        "import sys\n"
        "from movenet_cli.cli.main import run\n"
        f"code = run({[*command, '--help']!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "Usage: movenet" in done.stdout


def test_annotating_with_a_model_at_hand_imports_neither_tensorflow_nor_the_http_client(
    tmp_path: Path,
) -> None:
    picture = Path(__file__).parents[1] / "sample_images" / "gym.jpg"
    code = (
        "import sys\n"
        "from movenet_cli.cli.main import run\n"
        f"code = run(['annotate', {str(picture)!r}, '-m', 'mini', '-o', {str(tmp_path / 'out')!r}])\n"
        "print([name for name in ('tensorflow', 'requests', 'urllib3') if name in sys.modules])\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert (tmp_path / "out" / "keypoints" / "gym.jpg.json").is_file()
