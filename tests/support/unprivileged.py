"""`movenet` as a user without rights: `python -m tests.support.unprivileged PICTURE SCRATCH ARGUMENTS...`.

When root starts it, the rights are given up only after one run has imported everything: the interpreter
itself may lie where nobody else can read.
"""

import functools
import os
import sys

from movenet_cli.cli.main import main, run
from movenet_cli.run import annotate as library_run

NOBODY = 65534

if __name__ == "__main__":
    image, scratch, *arguments = sys.argv[1:]
    if os.geteuid() == 0:
        model = arguments[arguments.index("-m") + 1]
        library_run.version = functools.cache(library_run.version)
        run(["annotate", image, "-o", scratch, "-q", "-m", model])
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    sys.argv[1:] = arguments
    main()
