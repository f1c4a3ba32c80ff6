"""The model store used by several processes at once, and by one that is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from movenet_cli.models.hub.cache import folder_of
from movenet_cli.models.hub.catalogue import CATALOGUE
from movenet_cli.models.hub.resolve import find_local, is_local, resolve
from tests.support.hub import SAVED_MODEL, Answer, Hub, first_path, tar_gz

ARCHIVE = tar_gz(SAVED_MODEL)
THUNDER = CATALOGUE["thunder"]
WAIT = 60
"""Seconds after which a test has failed; none of them takes a second of it."""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A server, the mirror of all processes that this one starts, and an empty cache for them."""
    monkeypatch.setenv("MOVENET_HOME", str(tmp_path / "home"))
    with Hub() as hub:
        monkeypatch.setenv("MOVENET_MIRROR", hub.url)
        yield hub


def start(*arguments: str) -> subprocess.Popen[str]:
    """Run `movenet models fetch` beside this process."""
    command = [sys.executable, "-m", "movenet_cli", "models", "fetch", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_of_several_processes_one_downloads(hub: Hub) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE, stall_at=1000))
    first = start("thunder")
    assert hub.stalled.wait(WAIT)
    others = [start("thunder") for _ in range(3)]
    for process in others:
        assert process.stderr is not None
        assert "waiting for another process" in process.stderr.readline()
    hub.released.set()
    place = str(folder_of(THUNDER) / "thunder")
    for process in (first, *others):
        out, err = process.communicate(timeout=WAIT)
        assert (process.returncode, out) == (0, "")
        assert err.endswith(f"thunder: {place}\n")
    assert hub.requests == [first_path("thunder"), "/storage/thunder"]
    assert find_local(THUNDER) is not None


def test_who_waits_for_a_failure_tries_anew(hub: Hub) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE[:-1], stall_at=1000), Answer(body=ARCHIVE))
    first = start("thunder")
    assert hub.stalled.wait(WAIT)
    second = start("thunder")
    assert second.stderr is not None
    assert "waiting for another process" in second.stderr.readline()
    hub.released.set()
    assert [process.wait(WAIT) for process in (first, second)] == [4, 0]
    assert find_local(THUNDER) is not None


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_process_that_dies_leaves_neither_model_nor_lock(hub: Hub, blow: signal.Signals) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE, stall_at=len(ARCHIVE) // 2), Answer(body=ARCHIVE))
    victim = start("thunder")
    assert hub.stalled.wait(WAIT)
    victim.send_signal(blow)
    _, err = victim.communicate(timeout=WAIT)
    assert victim.returncode == (-blow if blow == signal.SIGKILL else 130)
    assert "Traceback" not in err
    assert not is_local(THUNDER)
    found = resolve("thunder", offline=False, mirror=hub.url, progress=lambda *what: None)
    assert find_local(THUNDER) == found
    names = sorted(path.name for path in folder_of(THUNDER).parent.iterdir())
    assert names == [".thunder-v4.lock", "thunder-v4"]


def test_an_interrupted_process_cleans_up_itself(hub: Hub) -> None:
    hub.publish("thunder", Answer(body=ARCHIVE, stall_at=len(ARCHIVE) // 2))
    process = start("thunder")
    assert hub.stalled.wait(WAIT)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=WAIT)
    assert os.listdir(folder_of(THUNDER).parent) == [".thunder-v4.lock"]  # noqa: PTH208 - names only
