"""Memory of large images is used again instead of being fetched from the system for each one."""

import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.media import write_image

PROGRAM = """
import resource, sys
import numpy as np
from movenet_cli.cli.memory import keep_large_blocks
if sys.argv[1] == "keep":
    keep_large_blocks()
np.ones((3000, 4000, 3), np.uint8)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    np.ones((3000, 4000, 3), np.uint8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


ANNOTATES = """
import resource, sys
from movenet_cli.cli.main import run

def peak(name):
    assert run(["annotate", name, *sys.argv[3:], "--overlay", "-q", "-j", "1"]) == 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

before = peak(sys.argv[1])
print((peak(sys.argv[2]) - before) * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count in other units")
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_large_image_is_held_twice_at_most(a_model: Path, tmp_path: Path, suffix: str) -> None:
    """Once as it is, once with the skeleton."""
    small, large = (tmp_path / f"{name}{suffix}" for name in ("small", "large"))
    write_image(small)
    write_image(large, np.zeros((5000, 6000, 3), np.uint8))
    arguments = [str(small), str(large), "-o", str(tmp_path / "out"), "-m", str(a_model)]
    command = [sys.executable, "-c", ANNOTATES, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 2.5 * 5000 * 6000 * 3


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are not told anything")
def test_pages_of_a_large_image_are_reused() -> None:
    def faults(mode: str) -> int:
        command = [sys.executable, "-c", PROGRAM, mode]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert faults("keep") * 5 < faults("leave")
