"""Where `movenet` and `python -m movenet_cli` start; Ctrl-C ends even slow imports without a traceback."""

import os
import signal
from types import FrameType
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; until it listens to signals itself, Ctrl-C ends the process here."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)
    from movenet_cli.cli.main import main as command_line  # noqa: PLC0415 - takes a tenth of a second

    command_line()


def _end(number: int, frame: FrameType | None) -> NoReturn:
    os.write(2, b"movenet: interrupted\n")
    os._exit(130)


if __name__ == "__main__":
    main()
