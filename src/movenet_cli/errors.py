"""Exit codes and the exception tree; every error carries its exit code and says what to do next.

    MovenetError
    ├── UsageError        2    options that make no sense together
    ├── InputError        3    nothing to work on, or results that are broken
    ├── ModelError        4    a model is missing, corrupt or not a MoveNet
    ├── OutputError       5    results cannot be written
    └── MediaError        6    one input cannot be read; the batch goes on without it

Click is not known here: `cli.main` is the one place that turns these into text and a process exit.
"""

from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    """The process exit codes that scripts may rely on."""

    OK = 0
    BUG = 1
    USAGE = 2
    INPUT = 3
    MODEL = 4
    OUTPUT = 5
    PARTIAL = 6
    INTERRUPTED = 130


SHORTAGE: Final = (MemoryError, BlockingIOError)
"""What is raised when the system gives no more memory or threads: no fault of the input in hand."""

_NO_MEMORY: Final = "not enough memory: use fewer --jobs, or give the process more"
_NO_THREADS: Final = "the system allows no more threads: use fewer --jobs, or raise its limit (ulimit -u)"


def shortage(error: BaseException) -> str | None:
    """What to say of an error when the system is short of something; None for every other one."""
    if isinstance(error, MemoryError):
        return _NO_MEMORY
    if isinstance(error, BlockingIOError):
        return _NO_THREADS
    return _NO_THREADS if isinstance(error, RuntimeError) and "start new thread" in str(error) else None


class MovenetError(Exception):
    """Base of all errors meant for the user; `str(error)` is one clear line."""

    exit_code = ExitCode.BUG


class UsageError(MovenetError):
    """Options or arguments that cannot work together."""

    exit_code = ExitCode.USAGE


class InputError(MovenetError):
    """No usable input, or a results folder that is broken."""

    exit_code = ExitCode.INPUT


class ModelError(MovenetError):
    """A model that is missing, corrupt, or not a MoveNet."""

    exit_code = ExitCode.MODEL


class OutputError(MovenetError):
    """Results that cannot be written; ends the run, since every further input would fail alike.

    Attributes:
        problem: the message without its advice.
        may_pass: whether the same may succeed a little later, as when storage on the network is away.
    """

    exit_code = ExitCode.OUTPUT

    def __init__(self, message: str, *, problem: str | None = None, may_pass: bool = False) -> None:
        super().__init__(message)
        self.problem = problem or message
        self.may_pass = may_pass


class MediaError(MovenetError):
    """One input that cannot be read; recorded as a failure, and the batch goes on."""

    exit_code = ExitCode.PARTIAL
