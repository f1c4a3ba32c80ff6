"""`movenet` with few resources: `python -m tests.support.limited WHAT AMOUNT PICTURE SCRATCH ARGUMENTS...`.

WHAT is `memory`, AMOUNT megabytes more than one run over the image took; or `threads`, AMOUNT of them for a
user who has no others, which needs root.
"""

import functools
import os
import resource
import sys
from pathlib import Path

from movenet_cli.cli.main import main, run
from movenet_cli.run import annotate as library_run

STRANGER = 65531


def limit_memory(megabytes: int) -> None:
    status = Path("/proc/self/status").read_text()
    used = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmSize"))
    resource.setrlimit(resource.RLIMIT_AS, ((used << 10) + (megabytes << 20),) * 2)


def limit_threads(count: int) -> None:
    resource.setrlimit(resource.RLIMIT_NPROC, (count, count))
    os.setgroups([])
    os.setgid(STRANGER)
    os.setuid(STRANGER)


if __name__ == "__main__":
    what, amount, image, scratch, *arguments = sys.argv[1:]
    model = arguments[arguments.index("-m") + 1]
    library_run.version = functools.cache(library_run.version)
    run(["annotate", image, "-o", scratch, "-q", "-m", model])
    {"memory": limit_memory, "threads": limit_threads}[what](int(amount))
    sys.argv[1:] = arguments
    main()
