"""Commands in forked children that die at the n-th touch of the disk: one interpreter, imported once.

    python -m tests.support.dying MODEL

A line of JSON in, `{"die_at": n, "arguments": [...]}`; the child's exit status out, 9 when it died there.
"""

import contextlib
import itertools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.cli import run_annotate  # noqa: F401 - imported before the forks, not in each of them
from movenet_cli.cli.main import run
from movenet_cli.models.litert import load_litert
from movenet_cli.output.folder.journal import Journal
from tests.support.networks import shorten_once


def main(model: str) -> None:
    """Serve until standard input ends; the model of the commands is read before the forks, too."""
    shorten_once(pytest.MonkeyPatch())
    load_litert(Path(model), "model")
    for line in sys.stdin:
        wish = json.loads(line)
        child = os.fork()
        if not child:
            _live(wish["die_at"], wish["arguments"])
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _live(die_at: int, arguments: list[str]) -> None:
    touches = itertools.count(1)

    def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
        def touch(*given: Any, **named: Any) -> Any:
            if next(touches) == die_at:
                os._exit(9)
            return function(*given, **named)

        return touch

    os.fsync = deadly(os.fsync)
    Path.replace = deadly(Path.replace)  # type: ignore[method-assign]
    Path.unlink = deadly(Path.unlink)  # type: ignore[method-assign]
    Journal.add = deadly(Journal.add)  # type: ignore[method-assign]
    with contextlib.suppress(BaseException):
        os._exit(run(arguments))
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
