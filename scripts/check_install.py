"""Installs movenet-cli afresh with several Pythons, as `make demo` does, and without the locks.

    python scripts/check_install.py [--all] [--only locks|environment]

From the locks: the oldest and the newest of Python 3.10 to 3.13 that are on the PATH or in pyenv make the
demo, with the pip that they bring; the one that this runs on uses its own environment. Without them: the
oldest versions that pyproject.toml allows pass a few tests on the oldest Python.

With `--all`, before a release, the Pythons in between make the demo as well, and the newest versions allowed
pass the tests on the newest Python: what is newest changes from day to day, and is no fault of a commit.

`--only locks` makes the demos with Pythons of their own, for which the standard library is enough, so that CI
can begin with them; `--only environment` has the rest, which needs the environment of developers.

One Python must be there at least. Needs 8 GB of room for temporary files.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
MINORS: Final = range(10, 14)
AT_ONCE: Final = 2
"""Installations at a time: each is bound by one core."""

TESTS: Final = (
    "tests/models/test_litert.py",
    "tests/models/test_convert_saved_model.py::test_single_pose",
    "tests/models/test_tensorflow.py::test_single_pose_batches",
    "tests/models/hub/test_download.py",
    "tests/media/image/test_source.py",
    "tests/media/video/test_source.py",
    "tests/output/formats/test_formats.py",
    "tests/output/overlay/test_video.py",
    "tests/evaluation",
    "tests/io/test_locks.py",
)
"""Some that use each dependency."""


class CheckError(Exception):
    """What went wrong, with what the command said."""


def main() -> int:
    """Run the checks and print one line for each; 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="check_install.py")
    parser.add_argument("--all", action="store_true", help="every Python, and the newest dependencies, too")
    parser.add_argument("--only", choices=("locks", "environment"), help="a part of the checks")
    options = parser.parse_args()
    pythons = list(find_pythons())
    if not pythons:
        print("there is no Python 3.10 to 3.13 here: install one")
        return 1
    here = platform.python_version()
    chosen = pythons if options.all else dict((pythons[0], pythons[-1])).items()
    from_locks: list[tuple[str, Callable[[Path], None]]] = [
        (f"Python {version} from the locks", lambda place, python=python: install_from_locks(python, place))
        for version, python in chosen
        if version != here
    ]
    with_ours: list[tuple[str, Callable[[Path], None]]] = [
        (f"Python {here} from the lock of developers, which is this environment", make_demo_here)
    ]
    free = [("oldest", "lowest-direct", pythons[0]), ("newest", "highest", pythons[-1])]
    for title, resolution, (version, python) in free if options.all else free[:1]:
        with_ours.append(
            (
                f"Python {version} with the {title} versions allowed",
                lambda place, python=python, how=resolution: install_without_locks(python, how, place),
            )
        )
    parts = {"locks": from_locks, "environment": with_ours, None: from_locks + with_ours}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return int(not all(list(pool.map(run_job, parts[options.only]))))


def find_pythons() -> Iterator[tuple[str, Path]]:
    """Version and path of one Python of each minor version that is here and can make environments."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for minor in MINORS:
        name = f"python3.{minor}"
        found = [Path(path) for path in [shutil.which(name)] if path]
        for python in (*found, *sorted(pyenv.glob(f"versions/3.{minor}.*/bin/python"))):
            asked = "import ensurepip, platform, venv; print(platform.python_version())"
            done = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                yield done.stdout.strip(), python
                break


def run_job(job: tuple[str, Callable[[Path], None]]) -> bool:
    """Run one check in a folder of its own, which is removed again; whether it passed."""
    title, check = job
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="movenet-install-", ignore_cleanup_errors=True) as place:
        try:
            check(Path(place))
        except CheckError as error:
            print(f"FAILED  {title}\n{error}", flush=True)
            return False
    print(f"ok      {title} ({time.monotonic() - started:.0f} s)", flush=True)
    return True


def install_from_locks(python: Path, place: Path) -> None:
    """Make the demo, and look at what it made and at what it installed."""
    venv = place / "venv"
    make_demo(venv, place / "out", f"PYTHON={python}")
    unwanted = [tool for tool in ("mypy", "pytest", "ruff", "uv") if (venv / "bin" / tool).exists()]
    if unwanted:
        raise CheckError(f"the demo installs {unwanted}")
    run(venv / "bin" / "python", "-m", "pip", "check")


def make_demo_here(place: Path) -> None:
    """Make the demo in the environment of this process, which `make develop` has installed from nothing."""
    make_demo(Path(sys.prefix), place / "out")


def make_demo(venv: Path, out: Path, *settings: str) -> None:
    """Make the demo, and look at what it made."""
    run("make", "demo", *settings, f"VENV={venv}", f"OUTPUT={out}", PIP_NO_COMPILE="1")
    run(venv / "bin" / "movenet", "validate", out)
    samples = [file.name for file in (PROJECT / "sample_images").iterdir() if file.suffix in {".jpg", ".mp4"}]
    missing = [name for name in samples if not (out / "keypoints" / f"{name}.json").is_file()]
    if missing or not samples:
        raise CheckError(f"the demo has no keypoints of {missing or 'anything'}")


def install_without_locks(python: Path, resolution: str, place: Path) -> None:
    """Install what pyproject.toml allows, and run a few tests with it."""
    uv, venv = Path(sys.executable).with_name("uv"), place / "venv"
    here = venv / "bin" / "python"
    run(uv, "venv", "--quiet", "--python", python, venv)
    group = ("--group", f"{PROJECT / 'pyproject.toml'}:test")
    run(uv, "pip", "install", "--quiet", "--python", here, "--resolution", resolution, *group, PROJECT)
    run(
        *(here, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--disable-warnings", "-m", "not shared"),
        *TESTS,
        PYTHONDONTWRITEBYTECODE="",  # TensorFlow is imported several times
        PYTHONPYCACHEPREFIX=str(place / "bytecode"),
    )


def run(*command: str | Path, **environment: str) -> None:
    """Run a command in the project's folder; what it says is only of interest when it fails."""
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-60:])
        raise CheckError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{end}")


if __name__ == "__main__":
    sys.exit(main())
