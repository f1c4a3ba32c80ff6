"""Makes the environment that the Makefile works in; whatever is in the way is told in one line.

    python3 scripts/make_environment.py FOLDER LOCK...

Uses nothing but the standard library and the pip that comes with it, and must start on an old Python, too.
"""

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 10), (3, 13)
OLDEST_PIP = (21, 3)
"""The first that installs a project without setup.py in place."""


def main(folder: str, *locks: str) -> None:
    """Make the environment, or end with a line on standard error that says what to do."""
    check_python(sys.version_info[:2])
    check_ensurepip()
    run(f"the environment {folder} could not be made", sys.executable, "-m", "venv", folder)
    pip = [str(Path(folder, "bin", "python")), "-m", "pip"]
    check_pip(subprocess.check_output([*pip, "--version"], universal_newlines=True))
    install = [*pip, "install", "--quiet", "--disable-pip-version-check"]
    given = [part for lock in locks for part in ("-r", str(PROJECT / lock))]
    failed = "could not be installed: see what pip says above"
    # Wheels only: a package that had to be built would bring in build tools that nothing pins.
    hashed = [*install, "--require-hashes", "--only-binary", ":all:"]
    run(f"the packages of {' and '.join(locks)} {failed}", *hashed, *given)
    here = ["--no-index", "--no-deps", "--no-build-isolation", "--editable", str(PROJECT)]
    run(f"movenet-cli itself {failed}", *install, *here)


def check_python(version: tuple) -> None:
    """End unless it is a Python that the dependencies exist for; name one that is here and would do."""
    if OLDEST <= version <= NEWEST:
        return
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = next((name for name in names if starts(name)), None)
    advice = f"use another one: make PYTHON={found} ..." if found else "install one of them"
    found_version = ".".join(map(str, version))
    stop(f"Python 3.10 to 3.13 is needed, and {sys.executable} is {found_version}; {advice}")


def starts(name: str) -> bool:
    """Whether there is such a command and it works."""
    try:
        return subprocess.call([name, "-c", ""], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def check_ensurepip() -> None:
    """End if this Python cannot make environments, as Debian's without a package of its own."""
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError as error:
        stop(
            f"{sys.executable} cannot make environments ({error}): install its venv module (on Debian and "
            "Ubuntu `apt install python3-venv`), or use another Python: make PYTHON=..."
        )


def check_pip(answer: str) -> None:
    """End if pip is too old, by what `pip --version` prints."""
    found = re.match(r"pip (\d+)\.(\d+)\S*", answer)
    if found and (int(found.group(1)), int(found.group(2))) < OLDEST_PIP:
        stop(
            f"{found.group()}, which {sys.executable} brings, is too old, 21.3 is needed: use a newer "
            "release of Python 3.10 to 3.13: make PYTHON=..."
        )


def run(advice: str, *command: str) -> None:
    """Run a command that speaks for itself; end with the advice when it fails."""
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError):
        stop(advice)
    except KeyboardInterrupt:
        stop("interrupted; the same command goes on", 130)


def stop(line: str, code: int = 1) -> None:
    """Write one line and end."""
    sys.stderr.write(f"movenet-cli: {line}\n")
    sys.exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
