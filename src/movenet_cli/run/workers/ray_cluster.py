"""A Ray cluster that a run belongs to while it works. Ray is imported here and nowhere else."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any, Final

from movenet_cli.errors import UsageError

_ANSWER: Final = 60.0
"""Seconds that a cluster gets to answer."""


@contextlib.contextmanager
def cluster(address: str) -> Iterator[None]:
    """Belong to a cluster within the block; nothing happens when this process belongs to one already.

    Args:
        address: of its head, `HOST:PORT`; `auto` for the cluster that this machine belongs to.

    Raises:
        UsageError: Ray is not installed, or there is no such cluster.
    """
    if address.startswith("ray://"):
        raise UsageError(
            f"--ray-address: {address} is for remote control of a cluster; "
            "start the run on a machine that belongs to it, with HOST:PORT or auto"
        )
    ray = ray_module()
    if ray.is_initialized():
        yield
        return
    if (reason := _cannot_join(ray, address)) is not None:
        raise UsageError(
            f"--ray-address: no Ray cluster can be joined at {address} ({reason}); "
            "start one with `ray start --head`, or name its head as HOST:PORT"
        )
    try:
        yield
    finally:
        ray.shutdown()


def ray_module() -> Any:
    """Ray itself.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import ray  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise UsageError("--engine ray needs Ray: pip install 'ray>=2.50,<3'") from error
    return ray


def _cannot_join(ray: Any, address: str) -> str | None:
    """Join a cluster; why it cannot be joined.

    In a thread: Ray waits for ever where nobody answers, and in the main thread it replaces the handling of
    signals.
    """
    host, _, port = address.rpartition(":")
    if host and port.isdecimal():
        try:
            socket.create_connection((host.strip("[]"), int(port)), _ANSWER).close()
        except (OSError, OverflowError) as error:
            return getattr(error, "strerror", None) or "nobody answers"
    problems: list[str | None] = ["nobody answers"]

    def join() -> None:
        try:
            ray.init(address=address, log_to_driver=False, configure_logging=False)
            problems[0] = None
        except Exception as error:  # noqa: BLE001 - of many kinds, by what is wrong
            problems[0] = " ".join(str(error).split(". ")[0].split()).rstrip(".")

    logging.getLogger("ray").setLevel(logging.ERROR)
    # Ray prints what it has to say of lost machines to standard output, and has no public switch for that.
    with contextlib.suppress(AttributeError):
        ray._private.worker._worker_logs_enabled = False
    thread = threading.Thread(target=join, name="movenet-ray", daemon=True)
    thread.start()
    thread.join(_ANSWER)
    return problems[0]
