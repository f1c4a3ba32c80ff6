"""Builds the wheel and the source distribution into dist/, and tries each in an environment of its own.

    python scripts/check_release.py

Each is installed from the locks, away from the checkout; it must say its version, annotate an image with
the model in the package, and work from Python. What is in them is looked at, too. Ends with 1 if anything is
wrong.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
DIST: Final = PROJECT / "dist"

NEEDED: Final = (
    "weights/mini.tflite",
    "weights/mini-multi.tflite",
    "schema/movenet-cli-1.schema.json",
    "html_report/templates/page.html",
    "html_report/templates/style.css",
    "html_report/templates/shapes.js",
    "html_report/templates/viewer.js",
    "html_report/templates/list.js",
    "py.typed",
)
"""Files of the package besides its modules."""

PYTHON_USE: Final = """
import pathlib, sys
import movenet_cli as movenet
assert "site-packages" in movenet.__file__, movenet.__file__
with movenet.Annotator("mini") as annotator:
    assert annotator.image(sys.argv[1])[0].keypoints.shape == (17, 3)
assert [document.source for document in movenet.read(sys.argv[2])] == [pathlib.Path(sys.argv[1]).name]
"""


def main() -> int:
    """Build, look, install, try."""
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, "-m", "hatchling", "build", "-d", DIST, cwd=PROJECT)
    (wheel,), (source,) = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as zipped, tarfile.open(source) as tarred:
        check_content(wheel, zipped.namelist())
        check_content(source, tarred.getnames())
    for archive in (wheel, source):
        with tempfile.TemporaryDirectory(prefix="movenet-release-") as place:
            try_out(archive, Path(place))
        print(f"ok  {archive.name}", flush=True)
    return 0


def check_content(archive: Path, names: list[str]) -> None:
    """End unless the archive has what the package needs and nothing that is not to be published."""
    missing = [
        needed for needed in NEEDED if not any(name.endswith(f"movenet_cli/{needed}") for name in names)
    ]
    unwanted = [name for name in names if name.endswith((".pyc", ".pt")) or "/.venv/" in name]
    if missing or unwanted:
        sys.exit(f"{archive.name}: missing {missing}, not to be published {unwanted}")


def try_out(archive: Path, place: Path) -> None:
    """Install the archive from the locks, and use it as a user would."""
    run(sys.executable, "-m", "venv", place / "venv", cwd=place)
    python = place / "venv" / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    locks = [
        part for lock in ("requirements.lock", "requirements-build.lock") for part in ("-r", PROJECT / lock)
    ]
    run(*pip, "--require-hashes", "--only-binary", ":all:", *locks, cwd=place)
    run(*pip, "--no-index", "--no-deps", "--no-build-isolation", archive, cwd=place)
    movenet, image = place / "venv" / "bin" / "movenet", PROJECT / "sample_images" / "gym.jpg"
    run(movenet, "--version", cwd=place)
    run(movenet, "annotate", image, "-m", "mini", "-f", "json,coco", "--overlay", "-o", "out", cwd=place)
    run(movenet, "validate", "out", cwd=place)
    run(movenet, "report", "out", cwd=place)
    run(python, "-c", PYTHON_USE, image, "out", cwd=place)


def run(*command: str | Path, cwd: Path) -> None:
    """Run a command; what it says is only of interest when it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}")


if __name__ == "__main__":
    sys.exit(main())
