"""`movenet` with a function that waits: `python -m tests.support.paused MODULE:FUNCTION:CALL MARK ARGUMENTS`.

At its CALL-th call the function makes the file MARK and waits for a signal; in a thread for a moment only, or
for SECONDS when they are given behind CALL and a colon.
"""

import importlib
import itertools
import signal
import sys
import threading
import time
from functools import reduce
from pathlib import Path
from typing import Any

from movenet_cli.cli.main import main


def pause(place: str, mark: Path) -> None:
    module, path, number, *rest = place.split(":")
    tenths = 10 * int(rest[0]) if rest else 7
    *owners, name = path.split(".")
    owner = reduce(getattr, owners, importlib.import_module(module))
    original, calls = getattr(owner, name), itertools.count(1)

    def pausing(*arguments: Any, **options: Any) -> Any:
        if next(calls) == int(number):
            mark.touch()
            for _ in range(600 if threading.current_thread() is threading.main_thread() else tenths):
                time.sleep(0.1)  # a signal that another thread was given ends no sleep
        return original(*arguments, **options)

    setattr(owner, name, pausing)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have switched it off
    if sys.argv[1] != "none":
        pause(sys.argv[1], Path(sys.argv[2]))
    del sys.argv[1:3]
    main()
