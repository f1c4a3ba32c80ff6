"""`movenet models`: tables, paths, exit codes; data on standard output, the rest on standard error."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from movenet_cli.cli.main import run
from movenet_cli.io import http
from movenet_cli.io.hashing import sha256_of_model
from movenet_cli.models.hub.cache import folder_of
from movenet_cli.models.hub.catalogue import CATALOGUE
from tests.support.hub import SAVED_MODEL, TFLITE, Answer, Hub, first_path, tar_gz

ARCHIVE = tar_gz(SAVED_MODEL)
THUNDER = CATALOGUE["thunder"]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A server that is the mirror of the environment and offers `thunder`; an empty cache."""
    monkeypatch.setenv("MOVENET_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(http, "RETRY", http.RETRY.new(backoff_factor=0))
    with Hub() as hub:
        monkeypatch.setenv("MOVENET_MIRROR", hub.url)
        hub.publish("thunder", Answer(body=ARCHIVE))
        yield hub


class Terminal:
    """Runs `movenet models`, and shows what came out."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: str) -> int:
        self._capsys.readouterr()
        code = run(["models", *arguments])
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def models(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def cached_column(table: str) -> dict[str, str]:
    """Name to the word under CACHED."""
    heading, *rows = table.splitlines()
    start = heading.index("CACHED")
    return {row.split()[0]: row[start:].split()[0] for row in rows}


def test_list(hub: Hub, models: Terminal) -> None:
    assert models("list") == 0
    assert models.err == ""
    assert list(cached_column(models.out)) == list(CATALOGUE)
    assert cached_column(models.out)["thunder"] == "no"
    row = next(line for line in models.out.splitlines() if line.startswith("thunder "))
    assert row.split()[:6] == ["thunder", "v4", "single", "256x256", "25", "MB"]
    assert models("fetch", "thunder") == 0
    assert models("list") == 0
    assert cached_column(models.out)["thunder"] == "yes"
    assert cached_column(models.out)["lightning"] == "no"


def test_list_as_json(hub: Hub, models: Terminal) -> None:
    models("fetch", "thunder")
    assert models("list", "--json") == 0
    rows = {row["name"]: row for row in json.loads(models.out)}
    assert list(rows) == list(CATALOGUE)
    assert rows["thunder"]["cached"] is True
    assert rows["lightning"]["cached"] is False
    assert rows["thunder"]["input_size"] == [256, 256]
    assert rows["multipose"]["input_size"] is None
    assert rows["thunder"]["sources"] == list(THUNDER.sources)
    assert rows["lightning-int8"]["sha256"] == CATALOGUE["lightning-int8"].sha256


def test_fetch_says_where_on_standard_error(hub: Hub, models: Terminal) -> None:
    assert models("fetch", "thunder") == 0
    told, where = models.err.splitlines()
    assert (models.out, where) == ("", f"thunder: {folder_of(THUNDER) / 'thunder'}")
    assert f"sha256 {sha256_of_model(folder_of(THUNDER) / 'thunder')} is recorded" in told
    assert models("fetch", "thunder") == 0
    assert models.err == f"thunder: {folder_of(THUNDER) / 'thunder'}\n"
    assert hub.requests == [first_path("thunder"), "/storage/thunder"]


def test_fetch_force(hub: Hub, models: Terminal) -> None:
    models("fetch", "thunder")
    assert models("fetch", "--force", "thunder") == 0
    assert hub.requests == [first_path("thunder"), "/storage/thunder"] * 2


def test_fetch_several_goes_on_after_a_failure(hub: Hub, models: Terminal) -> None:
    hub.publish("multipose", Answer(body=ARCHIVE))
    assert models("fetch", "lightning", "thunder", "multipose") == 4
    *_, last = models.err.splitlines()
    assert last == "movenet: 1 of 3 models failed: lightning"
    assert "movenet: cannot fetch lightning" in models.err
    models("list")
    present = {name for name, here in cached_column(models.out).items() if here == "yes"}
    present -= {"mini", "mini-multi"}
    assert present == {"thunder", "multipose"}


def test_fetch_all(hub: Hub, models: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights").mkdir()
    for name in ("mini", "mini-multi"):
        (tmp_path / "weights" / f"{name}.tflite").write_bytes(TFLITE)
    monkeypatch.setattr("movenet_cli.models.hub.resolve.importlib.resources.files", lambda package: tmp_path)
    for name, model in CATALOGUE.items():
        hub.publish(
            name, Answer(body=ARCHIVE if model.form == "saved_model" else TFLITE)
        ) if model.sources else None
    assert models("fetch", "--all") == 4
    *_, last = models.err.splitlines()
    pinned = [name for name, model in CATALOGUE.items() if model.sha256]
    assert last == f"movenet: {len(pinned)} of {len(CATALOGUE)} models failed: {', '.join(pinned)}"


def test_mirror_option_beats_the_environment(
    hub: Hub, models: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOVENET_MIRROR", "http://models.invalid")
    assert models("fetch", "thunder", "--mirror", f"{hub.url}/") == 0
    assert hub.requests == [first_path("thunder"), "/storage/thunder"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["fetch"],
        ["fetch", "thunder", "--all"],
        ["fetch", "thunder", "--force", "--offline"],
        ["fetch", "thunder", "--mirror", "models.lan"],
        ["path"],
        ["nonsense"],
    ],
)
def test_usage_errors(hub: Hub, models: Terminal, arguments: list[str]) -> None:
    assert models(*arguments) == 2
    assert models.out == ""
    assert not hub.requests


@pytest.mark.parametrize("command", ["fetch", "path"])
def test_misspelt_names(hub: Hub, models: Terminal, command: str) -> None:
    assert models(command, "thundr") == 4
    assert models.err.startswith("movenet: no model is called 'thundr': did you mean thunder?")
    assert len(models.err.splitlines()) == 1
    assert models.out == ""
    assert not hub.requests


def test_offline(hub: Hub, models: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert models("fetch", "thunder", "--offline") == 4
    assert "thunder is not in the model cache" in models.err
    monkeypatch.setenv("MOVENET_OFFLINE", "1")
    assert models("fetch", "thunder") == 4
    assert not hub.requests
    monkeypatch.setenv("MOVENET_OFFLINE", "0")
    assert models("fetch", "thunder") == 0
    assert models("fetch", "thunder", "--offline") == 0


def test_path(hub: Hub, models: Terminal) -> None:
    assert models("path", "thunder") == 4
    assert models.out == ""
    assert "run `movenet models fetch thunder`" in models.err
    assert not hub.requests
    models("fetch", "thunder")
    assert models("path", "thunder") == 0
    assert models.out == f"{folder_of(THUNDER) / 'thunder'}\n"
    assert models.err == ""


def test_verify(hub: Hub, models: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("movenet_cli.models.hub.resolve.importlib.resources.files", lambda package: tmp_path)
    hub.publish("lightning", Answer(body=ARCHIVE))
    assert models("verify") == 0
    assert (models.out, models.err) == ("", "there is no model on this machine yet\n")
    models("fetch", "thunder", "lightning")
    digest = sha256_of_model(folder_of(THUNDER) / "thunder")
    assert models("verify") == 0
    assert (models.out, models.err) == (f"thunder  ok  {digest}\nlightning  ok  {digest}\n", "")
    (folder_of(THUNDER) / "thunder" / "saved_model.pb").write_bytes(b"spoilt")
    assert models("verify") == 4
    assert models.out == f"lightning  ok  {digest}\n"
    assert "run `movenet models fetch --force thunder`" in models.err
    assert models.err.splitlines()[-1] == "movenet: 1 of 2 models failed: thunder"
    shutil.rmtree(folder_of(CATALOGUE["lightning"]))
    assert models("verify") == 4
    assert len(models.err.splitlines()) == 1
    assert models("path", "thunder") == 4
    assert models("fetch", "thunder") == 4
    assert models("fetch", "--force", "thunder") == 0
    assert models("verify") == 0


def test_no_network_is_one_line_and_exit_4(hub: Hub, models: Terminal) -> None:
    assert models("fetch", "thunder", "--mirror", "http://models.invalid") == 4
    assert models.out == ""
    assert len(models.err.splitlines()) == 1
    assert "models.invalid: the host is not found" in models.err


def test_a_real_process(hub: Hub) -> None:
    command = [sys.executable, "-m", "movenet_cli", "models"]
    done = subprocess.run([*command, "fetch", "thunder"], capture_output=True, text=True, check=True)
    *_, where = done.stderr.splitlines()
    assert (done.stdout, where) == ("", f"thunder: {folder_of(THUNDER) / 'thunder'}")
    done = subprocess.run([*command, "path", "lightning"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (4, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["path", "thunder"]])
def test_nothing_heavy_is_imported(hub: Hub, arguments: list[str]) -> None:
    code = (
        "import sys; from movenet_cli.cli.main import run; run(['models', *sys.argv[1:]]); "
        "heavy = {'tensorflow', 'cv2', 'numpy', 'ai_edge_litert', 'requests', 'filelock', 'tqdm'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
