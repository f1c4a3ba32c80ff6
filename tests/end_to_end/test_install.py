"""What `make` installs from: locks that every pip can use; one line for whatever keeps it from starting."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "scripts" / "make_environment.py"
LOCKS = ["requirements.lock", "requirements-build.lock", "requirements-ray.lock", "requirements-dev.lock"]
ONLY_DEVELOPERS = {
    "coverage",
    "hatchling",
    "hypothesis",
    "mypy",
    "pytest",
    "pytest-cov",
    "pytest-xdist",
    "ruff",
    "uv",
}


def pins(lock: str) -> dict[str, str]:
    """Requirement to its hashes, in a lock."""
    text = (PROJECT / lock).read_text()
    found = re.findall(r"^(\S[^#\n]*?) \\\n((?:    --hash.*\n)+)", text, re.MULTILINE)
    assert len(found) == len(re.findall(r"^[^\s#]", text, re.MULTILINE))
    return dict(found)


def requirements(lock: str) -> list[Requirement]:
    return [Requirement(text) for text in pins(lock)]


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_is_pinned_with_its_hashes(lock: str) -> None:
    found = pins(lock)
    assert found
    for text, hashes in found.items():
        assert re.fullmatch(r"==[^,*]+", str(Requirement(text).specifier)), text
        assert "sha256:" in hashes


def test_running_needs_no_development_tools() -> None:
    names = {requirement.name for requirement in requirements("requirements.lock")}
    assert not names & ONLY_DEVELOPERS
    assert {"tensorflow", "ai-edge-litert", "numpy"} <= names


def test_the_locks_agree() -> None:
    developing = pins("requirements-dev.lock")
    for lock in LOCKS[:2]:
        assert pins(lock).items() <= developing.items()
    assert pins("requirements.lock").items() <= pins("requirements-ray.lock").items()
    beside = pins("requirements-ray.lock").items() - developing.items()
    added = {Requirement(text).name for text, _ in beside}
    assert "ray" in added
    assert not added & {requirement.name for requirement in requirements("requirements-dev.lock")}


@pytest.mark.parametrize("lock", LOCKS)
def test_extras_are_locked_with_their_package(lock: str) -> None:
    """Else pip looks for the extra itself, and takes a release that has no hash here."""
    locked: dict[str, set[str]] = {}
    for requirement in requirements(lock):
        locked.setdefault(canonicalize_name(requirement.name), set()).update(requirement.extras)
    for name in locked:
        for needed in _needs(name):
            if needed.extras and (needed.marker is None or needed.marker.evaluate({"extra": ""})):
                extras = locked.get(canonicalize_name(needed.name), set())
                assert needed.extras <= extras, f"{name} needs {needed}"


def _needs(name: str) -> list[Requirement]:
    try:
        return [Requirement(text) for text in requires(name) or []]
    except PackageNotFoundError:  # of another system
        return []


def make(code: str, folder: Path, *, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the script after some code, in an interpreter that may find other modules first."""
    program = (
        f"import runpy, sys; {code}; sys.argv = ['make', {str(folder)!r}, 'requirements.lock']; "
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    environment = {"PATH": "/nowhere", **({} if path is None else {"PYTHONPATH": str(path)})}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("version", ["(3, 9, 18)", "(3, 14, 0)"])
def test_another_python_is_told_in_one_line(tmp_path: Path, version: str) -> None:
    done = make(f"sys.version_info = {version}", tmp_path / "new")
    assert done.returncode == 1
    assert done.stderr.startswith("movenet-cli: Python 3.10 to 3.13 is needed, and ")
    assert done.stderr.endswith("install one of them\n")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_a_python_without_venv_is_told_in_one_line(tmp_path: Path) -> None:
    done = make("sys.modules['ensurepip'] = None", tmp_path / "new")
    assert done.returncode == 1
    assert "`apt install python3-venv`" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_old_pip_is_told_in_one_line(tmp_path: Path) -> None:
    fake = tmp_path / "modules" / "venv" / "__main__.py"
    fake.parent.mkdir(parents=True)
    (fake.parent / "__init__.py").touch()
    fake.write_text(
        "import pathlib, sys\n"
        "python = pathlib.Path(sys.argv[1], 'bin', 'python')\n"
        "python.parent.mkdir(parents=True)\n"
        "python.write_text('#!/bin/sh\\necho pip 21.2.4 from somewhere\\n')\n"
        "python.chmod(0o755)\n"
    )
    done = make("pass", tmp_path / "new", path=fake.parent.parent)
    assert done.returncode == 1
    assert done.stderr.startswith("movenet-cli: pip 21.2.4, which ")
    assert "21.3 is needed" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_missing_python_is_told_in_one_line(tmp_path: Path) -> None:
    command = ["make", "demo", "PYTHON=nosuchpython", f"VENV={tmp_path / 'new'}"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "movenet-cli: there is no nosuchpython here: install Python 3.10 to 3.13, or name it: make PYTHON=..."
    )
