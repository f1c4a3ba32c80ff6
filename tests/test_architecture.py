"""Who may import whom, read from the source; and what the command line may not import to show its help."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import movenet_cli
from movenet_cli.cli import main

PACKAGE = Path(movenet_cli.__file__).parent

LAYERS = (
    ("__main__",),
    ("cli", "__init__"),
    ("run", "evaluation", "html_report"),
    ("results",),
    ("media", "models", "inference", "postprocess", "output"),
    ("io", "settings"),
    ("core",),
    ("errors",),
)
"""Who may import whom, from the top: a part sees only the layers below its own, and itself."""

FAMILIES = LAYERS[4]
"""They see nothing of each other but what their members are: each other's `interface.py`."""

LEVEL = {part: -level for level, parts in enumerate(LAYERS) for part in parts}

CONFINED = {
    "tensorflow": {"models"},
    "tensorflow_hub": {"models"},
    "ai_edge_litert": {"models"},
    "click": {"cli"},
    "tqdm": {"cli"},
    "tomli": {"cli"},
    "tomlkit": {"cli"},
    "pycocotools": {"evaluation"},
    "jinja2": {"html_report"},
    "pandas": {"results"},
    "pyarrow": {"results"},
    "h5py": {"results"},
    "ray": {"run"},
    "fsspec": {"io"},
    "requests": {"io", "models"},
    "msgspec": {"io", "output", "results", "run"},
}
"""The parts in which a library may be imported at all."""

PURE = {"core": {"numpy"}, "errors": set[str]()}
"""Parts that import nothing but the standard library and these."""

HEAVY = ("tensorflow", "cv2", "av", "numpy", "ai_edge_litert", "jinja2")


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


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _may_import(part: str, name: str) -> bool:
    """Whether a module of `part` may import the module `name`, inside `movenet_cli`."""
    other, _, rest = name.partition(".")
    if other == part or LEVEL[other] < LEVEL[part]:
        return True
    return part in FAMILIES and other in FAMILIES and rest == "interface"


@pytest.mark.parametrize("path", _modules(), ids=_name)
def test_imports_go_downwards(path: Path) -> None:
    part = _part(path)
    assert part in LEVEL, f"{part} has no place in the layers: see docs/architecture.md"
    inside = [name.partition(".") for name in _imports(path)]
    upwards = [
        rest for top, _, rest in inside if top == "movenet_cli" and rest and not _may_import(part, rest)
    ]
    assert not upwards, f"{_name(path)} may not import {', '.join(upwards)}"


@pytest.mark.parametrize("path", _modules(), ids=_name)
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    part = _part(path)
    libraries = {name.split(".")[0] for name in _imports(path)} - {"movenet_cli", *sys.stdlib_module_names}
    for library in libraries:
        assert part in CONFINED.get(library, {part}), f"{_name(path)} imports {library}"
    assert part not in PURE or libraries <= PURE[part]


def test_no_module_imports_itself_by_a_detour() -> None:
    edges = {_dotted(path): _modules_imported(path) for path in _modules()}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " imports ".join((*way[way.index(name) :], name))
        if name not in done:
            for other in sorted(edges.get(name, ())):
                visit(other, (*way, name))
            done.add(name)

    for name in edges:
        visit(name, ())


def _dotted(path: Path) -> str:
    return ".".join(("movenet_cli", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    )


def _modules_imported(path: Path) -> set[str]:
    """The modules of the package that are imported when this one is, packages' `__init__` left out."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            names = (f"{base}.{alias.name}" for alias in node.names)
            found |= {
                name if (PACKAGE.parent / (name.replace(".", "/") + ".py")).exists() else base
                for name in names
            }
    return {name for name in found if name.startswith("movenet_cli.")}


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
    image = Path(__file__).parents[1] / "sample_images" / "gym.jpg"
    code = (
        "import sys\n"
        "from movenet_cli.cli.main import run\n"
        f"code = run(['annotate', {str(image)!r}, '-m', 'mini', '-o', {str(tmp_path / 'out')!r}])\n"
        "print([name for name in ('tensorflow', 'requests', 'urllib3') if name in sys.modules])\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert (tmp_path / "out" / "keypoints" / "gym.jpg.json").is_file()


def test_the_page_shows_the_same_layers() -> None:
    page = (PACKAGE.parents[1] / "docs" / "architecture.md").read_text()
    table = page.split("| layer | parts |")[1].split("\n\n")[0]
    rows = [line.split("|")[2] for line in table.splitlines()[2:]]
    assert [re.findall(r"`(\w+)`", row) for row in rows] == [list(parts) for parts in LAYERS]


def test_the_page_names_only_what_is_there() -> None:
    page = (PACKAGE.parents[1] / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", page))
    roots = (PACKAGE, PACKAGE.parents[1])
    assert [name for name in sorted(named) if not any((root / name).exists() for root in roots)] == []


def _texts() -> list[Path]:
    project = PACKAGE.parents[1]
    found = [project / "README.md", project / "CONTRIBUTING.md"]
    for folder in ("tests", "benchmarks", "scripts", "docs"):
        found += (project / folder).rglob("*")
    return [path for path in found if path.suffix in {".py", ".md"}]


def test_every_module_that_is_named_anywhere_is_there() -> None:
    """Also in strings: programs that tests start, names that they replace, commands of the docs."""
    modules = {_dotted(path) for path in _modules()}
    missing = [
        f"{path.name}: {name}"
        for path in _texts()
        for name in re.findall(r"\b(?:from|import|-m) (movenet_cli\.[a-z_.0-9]+\w)", path.read_text())
        if name not in modules and name.rpartition(".")[0] not in modules
    ]
    assert missing == []


def test_every_attribute_that_is_named_in_a_string_is_there() -> None:
    """As tests replace and pause them: `movenet_cli.core.types.Pose`, or with a colon before the name."""
    missing = [
        f"{path.name}: {name}"
        for path in _texts()
        for name in re.findall(r"[\"'](movenet_cli\.[a-z_.]+[.:]\w+)", path.read_text())
        if not _resolves(name.replace(":", "."))
    ]
    assert missing == []


def _resolves(name: str) -> bool:
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        try:
            for part in parts[end:]:
                found = getattr(found, part)
        except AttributeError:
            return False
        return True
    return False
