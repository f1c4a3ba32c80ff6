"""The cache of converted models: made once, checked at every use, made anew when broken."""

import json
import logging
import shutil
import threading
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from movenet_cli.errors import ModelError
from movenet_cli.models import converted as converted_module
from movenet_cli.models.convert_saved_model import checksummed
from movenet_cli.models.converted import converted_model, load_converted
from movenet_cli.models.heads import Constants
from tests.models.tflites import SINGLE, TinyModel, numbers

HASH = "0123456789abcdef" * 4


class Conversions:
    """Stands for the process that converts; counts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, folder: Path, target: Path) -> None:
        self.count += 1
        content = TinyModel(input_type="int32").content()
        metadata = {"kind": "single", "heads": [], "constants": asdict(Constants()), "table": None}
        target.write_bytes(content)
        target.with_suffix(".json").write_text(json.dumps(checksummed(metadata, content)))


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Conversions:
    conversions = Conversions()
    monkeypatch.setattr(converted_module, "_run_conversion", conversions)
    monkeypatch.setenv("MOVENET_HOME", str(tmp_path / "home"))
    return conversions


def kept(tmp_path: Path, suffix: str) -> Path:
    (file,) = (tmp_path / "home" / "converted").glob(f"*{suffix}")
    return file


def test_a_model_is_converted_once(conversions: Conversions, tmp_path: Path) -> None:
    first, second = (asdict(converted_model(tmp_path / "model", HASH)) for _ in range(2))
    assert conversions.count == 1
    assert first == second
    converted_model(tmp_path / "model", HASH[::-1])
    assert conversions.count == 2


def test_the_versions_that_made_it_count(
    conversions: Conversions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    converted_model(tmp_path / "model", HASH)
    monkeypatch.setattr(converted_module, "REVISION", converted_module.REVISION + 1)
    converted_model(tmp_path / "model", HASH)
    assert conversions.count == 2


def test_the_model_keeps_its_own_hash_and_runs(conversions: Conversions, tmp_path: Path) -> None:
    model = load_converted(tmp_path / "model", "thunder", HASH)
    assert (model.info.name, model.info.sha256, model.info.runtime) == ("thunder", HASH, "litert")
    assert (model.info.kind, model.info.input_size) == ("single", (8, 8))
    found = model.runner().run(np.full((1, 8, 8, 3), 9, np.uint8))
    np.testing.assert_allclose(found, numbers(SINGLE) + 9)


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".tflite", b""),
        (".tflite", b"another"),
        (".json", b""),
        (".json", b"[]"),
        (".json", b"{}"),
        (".json", b'{"kind": "single", "heads": [], "constants": {"gamma": 1}, "sha256": ""}'),
        (".json", b"\xff\xfe"),
    ],
)
def test_a_broken_entry_is_made_anew(
    conversions: Conversions, tmp_path: Path, suffix: str, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    good = asdict(converted_model(tmp_path / "model", HASH))
    kept(tmp_path, suffix).write_bytes(content)
    assert asdict(converted_model(tmp_path / "model", HASH)) == good
    assert conversions.count == 2
    assert "made anew" in caplog.text
    assert asdict(converted_model(tmp_path / "model", HASH)) == good
    assert conversions.count == 2


def test_metadata_that_were_changed_are_made_anew(conversions: Conversions, tmp_path: Path) -> None:
    converted_model(tmp_path / "model", HASH)
    metadata = kept(tmp_path, ".json")
    metadata.write_text(metadata.read_text().replace("1.8", "1.9"))
    assert converted_model(tmp_path / "model", HASH).constants == Constants()
    assert conversions.count == 2


@pytest.mark.parametrize("suffix", [".tflite", ".json"])
def test_half_an_entry_is_completed(conversions: Conversions, tmp_path: Path, suffix: str) -> None:
    converted_model(tmp_path / "model", HASH)
    kept(tmp_path, suffix).unlink()
    converted_model(tmp_path / "model", HASH)
    assert conversions.count == 2


def test_what_a_killed_process_left_half_written_is_written_over(
    conversions: Conversions, tmp_path: Path
) -> None:
    converted_model(tmp_path / "model", HASH)
    file = kept(tmp_path, ".tflite")
    file.replace(file.with_name(f".{file.name}.partial"))
    converted_model(tmp_path / "model", HASH)
    assert conversions.count == 2
    assert sorted(each.suffix for each in file.parent.iterdir()) == [".json", ".lock", ".tflite"]


def test_several_at_once_wait_for_one(conversions: Conversions, tmp_path: Path) -> None:
    threads = [threading.Thread(target=converted_model, args=(tmp_path / "model", HASH)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert conversions.count == 1
    names = {file.suffix for file in (tmp_path / "home" / "converted").iterdir()}
    assert names == {".tflite", ".json", ".lock"}


def test_without_a_writable_cache_it_is_converted_for_this_run(
    conversions: Conversions, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "home").write_text("a file where the cache should be")
    assert converted_model(tmp_path / "model", HASH).kind == "single"
    assert "is converted for this run only" in caplog.text


def test_a_cache_that_fills_up_costs_only_the_next_run(
    conversions: Conversions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    assert converted_model(tmp_path / "model", HASH).kind == "single"
    assert "the next run will convert the model again" in caplog.text
    assert [file.suffix for file in (tmp_path / "home" / "converted").iterdir()] == [".lock"]


def test_the_wait_is_announced(
    conversions: Conversions, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "movenet_cli")
    converted_model(tmp_path / "model", HASH)
    assert "converting" in caplog.text


def test_without_tensorflow_the_message_says_so(
    conversions: Conversions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(converted_module, "version", lambda name: None)
    with pytest.raises(ModelError, match=r"TensorFlow, which converts SavedModels, is not installed"):
        converted_model(tmp_path / "model", HASH)
