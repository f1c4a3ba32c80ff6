"""A home folder with media in it, and a real bash there in which the examples run."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import PROJECT
from tests.support.media import gradient, write_image, write_video

LONG_ENOUGH = 300.0
"""Seconds after which an example counts as one that hangs."""

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Shell:
    """Bash in a folder that is both its home and where it stands.

    Attributes:
        folder: the home.
        programs: a folder of programs that come before the system's.
        settings: environment variables.
    """

    folder: Path
    programs: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """All variables that an example sees; nothing of the caller's own."""
        path = f"{self.programs}:{SYSTEM_PATH}"
        return {"HOME": str(self.folder), "PATH": path, "LANG": "C.UTF-8", **self.settings}

    def run(
        self, text: str, options: Sequence[str] = ("-eu", "-o", "pipefail"), **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a text as a script; by default the first line that fails ends it with its exit code."""
        script = self.folder / "example.sh"
        script.write_text(text)
        return subprocess.run(
            ["bash", *options, str(script)],
            cwd=self.folder,
            env={**self.environment, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONG_ENOUGH,
            check=False,
        )

    def replace(self, name: str, text: str) -> None:
        """Put a program in front of the system's."""
        program = self.programs / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)


def make_programs(folder: Path) -> Path:
    """`movenet` and `python` of this environment, and a `jq` where the machine has none."""
    folder.mkdir(parents=True)
    shell = Shell(folder, folder)
    shell.replace("python", f'exec "{sys.executable}" "$@"')
    shell.replace("movenet", f'exec "{sys.executable}" -m movenet_cli "$@"')
    if shutil.which("jq", path=SYSTEM_PATH) is None:
        shell.replace("jq", 'for last; do :; done; if [ -f "$last" ]; then cat "$last"; else cat; fi')
    return folder


def make_media(home: Path) -> Path:
    """Everything that the examples name: small images and videos, and annotated ones."""
    for name in (
        "photo.jpg",
        "shots/one.jpg",
        "shots/deep/two.jpg",
        "data/1.jpg",
        "data/2.jpg",
        "archive/1.jpg",
    ):
        write_image(home / name, gradient(seed=len(name)))
    for name in ("videos/a.mp4", "videos/day2/b.mp4", "dance/duo.mp4", "archive/night/c.mp4"):
        write_video(home / name)
    write_video(home / "clip.mp4", 125, fps=1)
    for number in (1, 2, 3):
        write_image(home / f"takes/frame_{number:05d}.png", gradient(seed=number))
    samples = PROJECT / "sample_images"
    for folder in ("photos", "train2017", "single165"):
        (home / folder).mkdir()
        shutil.copy(samples / "gym.jpg", home / folder / "gym.jpg")
    for name in ("truth.json", "person_keypoints.json", "single165.json"):
        shutil.copy(samples / "ground-truth.json", home / name)
    return home
