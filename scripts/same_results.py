"""Do two versions of the program write the same results? `python scripts/same_results.py OLD [NEW]`.

OLD and NEW are checkouts, or revisions of this repository (NEW: this checkout as it is). Both annotate the
sample images with many combinations of options, convert, stream and describe them; every byte that is written
must be the same, but for times and speeds. Says what differs, and exits with 1 if anything does.
"""

import argparse
import filecmp
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
SAMPLES: Final = PROJECT / "sample_images"

ANNOTATE: Final = {
    "everything": "--format json,jsonl,csv,coco --overlay",
    "one-pass": "--crop none --format json,csv",
    "refined-images": "--crop refine",
    "followed-smoothed": "--crop follow --smooth --format json,jsonl,csv,coco",
    "sampled": "--stride 3 --start 0.2 --max-frames 7 --min-score 0.1 --format csv",
    "one-job": "-j 1 --fps 5 --end 40f --format coco",
}
"""Name of a results folder, and the options that fill it."""

AFTER: Final = {
    "convert": "convert OUT/followed-smoothed --to csv",
    "report": "report OUT/everything",
    "validate": "validate OUT/everything",
    "help": "annotate --help",
    "list": "models list",
    "stream": "annotate SAMPLES -m mini -o - -q",
}
"""Commands whose standard output is compared, too."""

VOLATILE: Final = re.compile(
    rb'"(started|seconds|frames_per_second)": [^,}\n]+|[\d,.]+ frames/s|"mtime_ns": \d+'
    rb"|<dt>(started|seconds|frames per second)</dt><dd[^/]*/dd>|20\d\d-\d\d-\d\d.\d\d:\d\d:\d\d"
)
"""What may differ from run to run."""


def main() -> int:
    """Run both, compare, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old")
    parser.add_argument("new", nargs="?", default=str(PROJECT))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folders = []
        for name in ("old", "new"):
            checkout = _checkout(getattr(arguments, name), Path(scratch) / f"{name}-source")
            # The same path for both: results and messages may hold it.
            work = Path(scratch) / "work"
            _fill(work, checkout / "src")
            folders.append(work.rename(Path(scratch) / name))
        different = list(_differences(*folders))
    print(*different, sep="\n")
    print(f"{len(different)} differences" if different else "the same results")
    return 1 if different else 0


def _checkout(text: str, target: Path) -> Path:
    if Path(text).is_dir():
        return Path(text).resolve()
    target.mkdir()
    archive = subprocess.run(["git", "-C", PROJECT, "archive", text], check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", target], input=archive.stdout, check=True)
    return target


def _fill(work: Path, source: Path) -> None:
    """Everything that one version writes."""
    work.mkdir()
    for name, options in ANNOTATE.items():
        _movenet(source, work, name, f"annotate {SAMPLES} -m mini -q -o OUT/{name} {options}")
    for name, command in AFTER.items():
        _movenet(source, work, name, command.replace("SAMPLES", str(SAMPLES)))


def _movenet(source: Path, work: Path, name: str, command: str) -> None:
    arguments = [argument.replace("OUT", str(work)) for argument in command.split()]
    done = subprocess.run(
        [sys.executable, "-m", "movenet_cli", *arguments],
        env={**os.environ, "PYTHONPATH": str(source), "COLUMNS": "100"},
        capture_output=True,
        check=False,
    )
    said = done.stdout + b"\n--- standard error\n" + done.stderr + f"\n--- exit {done.returncode}\n".encode()
    (work / f"{name}.said").write_bytes(said)


def _differences(old: Path, new: Path) -> list[str]:
    names = sorted(
        {path.relative_to(root) for root in (old, new) for path in root.rglob("*") if path.is_file()}
    )
    return [str(name) for name in names if not _is_same(old / name, new / name)]


def _is_same(old: Path, new: Path) -> bool:
    if not (old.is_file() and new.is_file()):
        return False
    if filecmp.cmp(old, new, shallow=False):
        return True
    first, second = (VOLATILE.sub(b"", path.read_bytes()).splitlines() for path in (old, new))
    # Inputs are worked on side by side: which one is done first is not the same each time.
    return sorted(first) == sorted(second) if old.name == "journal.jsonl" else first == second


if __name__ == "__main__":
    sys.exit(main())
