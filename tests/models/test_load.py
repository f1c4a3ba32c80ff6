"""What `load_model` makes of a path, a runtime and a device, without TensorFlow."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from movenet_cli.errors import ExitCode, ModelError, MovenetError, UsageError
from movenet_cli.models.interface import Model
from movenet_cli.models.load import load_model
from movenet_cli.models.model_file import model_at
from movenet_cli.settings import Runtime
from tests.models.tflites import TinyModel


def load(target: Path, runtime: Runtime = "auto", device: str = "auto") -> Model:
    return load_model(model_at(target), runtime=runtime, device=device, batch_size=4)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "any.name"
    path.write_bytes(TinyModel().content())
    return path


@pytest.mark.parametrize("runtime", ["auto", "litert"])
@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_a_tflite_file_is_known_by_its_content(tiny: Path, runtime: Runtime, device: str) -> None:
    info = load(tiny, runtime, device).info
    assert (info.name, info.runtime, info.max_batch) == ("any", "litert", 1)


@pytest.mark.parametrize(
    ("runtime", "device", "message"),
    [
        ("tensorflow", "auto", "TensorFlow cannot run .*any.name: give the model as a SavedModel folder"),
        ("auto", "gpu", "TensorFlow cannot run"),
        ("litert", "gpu:1", "--device gpu:1 needs --runtime tensorflow"),
    ],
)
def test_who_asks_for_a_runtime_gets_it_or_an_error(
    tiny: Path, runtime: Runtime, device: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        load(tiny, runtime, device)


def make_missing(path: Path) -> None:
    """Nothing there."""


def make_text(path: Path) -> None:
    path.write_text("these are not the weights you are looking for")


def make_archive(path: Path) -> None:
    path.write_bytes(gzip.compress(TinyModel().content()))


def make_empty_file(path: Path) -> None:
    path.touch()


def make_half_model(path: Path) -> None:
    path.write_bytes(TinyModel().content()[:300])


def make_folder(path: Path) -> None:
    path.mkdir()
    (path / "variables").mkdir()


def make_broken_link(path: Path) -> None:
    path.symlink_to(path.with_name("gone"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (make_missing, "there is no model at"),
        (make_broken_link, "there is no model at"),
        (make_text, "is not a model: give a whole .tflite file, or an unpacked SavedModel folder"),
        (make_archive, "an unpacked SavedModel folder"),
        (make_empty_file, "is not a model"),
        (make_half_model, "get it again"),
        (make_folder, "a SavedModel folder has a file saved_model.pb"),
    ],
)
@pytest.mark.parametrize("runtime", ["auto", "litert"])
def test_what_is_no_model_is_refused_in_one_line(
    tmp_path: Path, make: Callable[[Path], None], message: str, runtime: Runtime
) -> None:
    target = tmp_path / "model"
    make(target)
    with pytest.raises(MovenetError, match=message) as caught:
        load(target, runtime)
    assert isinstance(caught.value, ModelError)
    assert caught.value.exit_code == ExitCode.MODEL
    assert str(target) in str(caught.value)
    assert "\n" not in str(caught.value)
