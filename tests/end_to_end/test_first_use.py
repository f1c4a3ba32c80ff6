"""Unusual machines: no temporary folder or a full one, Python without docstrings, an early Ctrl-C."""

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from movenet_cli.errors import ModelError
from movenet_cli.io import versions
from movenet_cli.io.versions import version
from movenet_cli.io.work_folder import work_folder
from movenet_cli.models import converted as converted_module
from movenet_cli.models.converted import converted_model
from tests.models.saved_models import save_single
from tests.models.test_converted import HASH, Conversions
from tests.support.media import write_image

MOVENET = "from movenet_cli.__main__ import main; main()"
NO_TEMPORARY_FOLDER = "import tempfile; tempfile._candidate_tempdir_list = lambda: ['/nowhere']; "


def movenet(before: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command, after some code in the same interpreter."""
    command = [sys.executable, "-c", before + MOVENET, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def test_annotating_needs_no_temporary_folder(tmp_path: Path) -> None:
    image, out = write_image(tmp_path / "a.png"), tmp_path / "out"
    done = movenet(NO_TEMPORARY_FOLDER, "annotate", str(image), "-m", "mini", "-o", str(out), "--overlay")
    assert done.returncode == 0, done.stderr
    assert (out / "overlay" / "a.png").is_file()


@pytest.mark.tensorflow
def test_a_saved_model_needs_neither_a_temporary_folder_nor_docstrings(tmp_path: Path) -> None:
    image, out = write_image(tmp_path / "a.png"), tmp_path / "out"
    model = save_single(tmp_path / "model")
    arguments = ["annotate", str(image), "-m", str(model), "-o", str(out), "-v"]
    home = tmp_path / "home"
    done = movenet(NO_TEMPORARY_FOLDER, *arguments, MOVENET_HOME=str(home), PYTHONOPTIMIZE="2")
    assert done.returncode == 0, done.stderr
    assert f"converting {model} for LiteRT: done once, takes 10 to 30 seconds" in done.stderr
    assert (out / "keypoints" / "a.png.json").is_file()
    assert {file.suffix for file in (home / "converted").iterdir()} == {".tflite", ".json", ".lock"}


def test_tensorflow_without_docstrings_is_told_in_one_line(tmp_path: Path) -> None:
    image, model = write_image(tmp_path / "a.png"), tmp_path / "model"
    model.mkdir()
    (model / "saved_model.pb").write_bytes(b"graph")
    arguments = ["annotate", str(image), "-m", str(model), "-o", str(tmp_path / "out")]
    done = movenet("", *arguments, "--runtime", "tensorflow", PYTHONOPTIMIZE="2")
    assert done.returncode == 4
    assert "unset PYTHONOPTIMIZE" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Conversions:
    conversions = Conversions()
    monkeypatch.setattr(converted_module, "_run_conversion", conversions)
    monkeypatch.setenv("MOVENET_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return conversions


def test_a_full_temporary_folder_comes_with_advice(
    conversions: Conversions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(ModelError, match=r"No space left on device.*TMPDIR.*MOVENET_HOME"):
        converted_model(tmp_path / "model", HASH)


def test_a_conversion_without_room_comes_with_advice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MOVENET_HOME", str(tmp_path / "home"))
    failed = subprocess.CompletedProcess([], 1, b"", b"...\nOSError: [Errno 28] No space left on device\n")
    monkeypatch.setattr(converted_module.subprocess, "run", lambda *arguments, **options: failed)
    with pytest.raises(ModelError, match=r"No space left on device.*TMPDIR.*MOVENET_HOME"):
        converted_model(tmp_path / "model", HASH)


def test_without_any_place_to_work_the_message_says_so(
    conversions: Conversions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "home").write_text("a file where the cache should be")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match="TMPDIR"):
        converted_model(tmp_path / "model", HASH)


def test_what_a_killed_run_left_is_removed_by_the_next(conversions: Conversions, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "saved_model.pb").write_bytes(b"graph")
    command = [sys.executable, "-m", "movenet_cli", "annotate", str(write_image(tmp_path / "a.png"))]
    command += ["-m", str(model), "-o", str(tmp_path / "out")]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, start_new_session=True) as process:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob(".movenet-work-*/lock")) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)  # with the process that converts
    assert list(tmp_path.glob(".movenet-work-*"))
    with work_folder(tmp_path) as somebody_elses:
        converted_model(model, HASH)
        assert list(tmp_path.glob(".movenet-work-*")) == [somebody_elses]
    assert not list(tmp_path.glob(".movenet-work-*"))


@pytest.mark.parametrize("module", ["click", "movenet_cli.errors", "numpy", "cv2", "av"])
def test_ctrl_c_while_libraries_are_loaded(tmp_path: Path, module: str) -> None:
    interrupt = (
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    image = write_image(tmp_path / "a.png")
    done = movenet(interrupt, "annotate", str(image), "-m", "mini", "-o", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (130, "movenet: interrupted\n")


def test_versions_of_other_distributions(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where somebody has installed `tensorflow-cpu`."""
    real = versions.importlib.metadata.version

    def without_tensorflow(name: str) -> str:
        if name == "tensorflow":
            raise versions.importlib.metadata.PackageNotFoundError(name)
        return "2.21.0" if name == "tensorflow-cpu" else real(name)

    monkeypatch.setattr(versions.importlib.metadata, "version", without_tensorflow)
    assert version("tensorflow") == "2.21.0"
    assert version("no-such-library") is None


def test_annotating_without_tensorflow(tmp_path: Path) -> None:
    without = (
        "import importlib.metadata as metadata\n"
        "real = metadata.version\n"
        "def version(name):\n"
        "    if name.startswith(('tensorflow', 'tf-nightly')): raise metadata.PackageNotFoundError(name)\n"
        "    return real(name)\n"
        "metadata.version = version\n"
    )
    image, out = write_image(tmp_path / "a.png"), tmp_path / "out"
    done = movenet(without, "annotate", str(image), "-m", "mini", "-o", str(out))
    assert done.returncode == 0, done.stderr
    libraries = json.loads((out / "run.json").read_text())["libraries"]
    assert "numpy" in libraries
    assert "tensorflow" not in libraries
