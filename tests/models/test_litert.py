"""`.tflite` files: what runs gives the right numbers, what is no MoveNet is refused in one line."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from movenet_cli.errors import ExitCode, ModelError
from movenet_cli.io.hashing import sha256_of_model
from movenet_cli.models.litert import load_litert
from tests.models.tflites import MULTI, SINGLE, Quantisation, TinyModel, numbers


def written(folder: Path, model: TinyModel) -> Path:
    path = folder / "tiny.tflite"
    path.write_bytes(model.content())
    return path


def plain(value: int, size: tuple[int, int] = (8, 8)) -> np.ndarray:
    return np.full((*size, 3), value, np.uint8)


@pytest.mark.parametrize("input_type", ["uint8", "int32", "float32"])
@pytest.mark.parametrize(("output", "kind"), [(SINGLE, "single"), (MULTI, "multi")])
def test_pixels_pass_in_the_type_that_the_model_takes(
    tmp_path: Path, input_type: str, output: tuple[int, ...], kind: str
) -> None:
    path = written(tmp_path, TinyModel(input_type=input_type, output=output))
    model = load_litert(path, "tiny")
    info = model.info
    assert (info.name, info.kind, info.input_size, info.runtime) == ("tiny", kind, (8, 8), "litert")
    assert info.sha256 == sha256_of_model(path)
    found = model.runner().run(np.stack([plain(200), plain(3), plain(255)]))
    expected = [numbers(output) + value for value in (200, 3, 255)]
    np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-6)
    assert found.dtype == np.float32


def test_the_output_belongs_to_the_caller(tmp_path: Path) -> None:
    runner = load_litert(written(tmp_path, TinyModel()), "tiny").runner()
    first = runner.run(plain(1)[None])
    kept = first.copy()
    runner.run(plain(2)[None])
    np.testing.assert_array_equal(first, kept)


def test_quantised_outputs_are_dequantised(tmp_path: Path) -> None:
    model = TinyModel(output_quantisation=Quantisation(0.25, -100))
    found = load_litert(written(tmp_path, model), "tiny").runner().run(plain(20)[None])
    np.testing.assert_allclose(found, numbers(SINGLE) + 20)


def test_a_model_of_open_size_takes_any(tmp_path: Path) -> None:
    model = load_litert(written(tmp_path, TinyModel(input_shape=(1, -1, -1, 3), output=MULTI)), "tiny")
    assert model.info.input_size is None
    runner = model.runner()
    sizes = [(32, 64), (64, 32), (32, 64), (96, 96), (128, 32), (160, 32), (32, 64)]
    for value, size in enumerate(sizes):
        np.testing.assert_allclose(runner.run(plain(value, size)[None]), numbers(MULTI) + value)


def test_images_of_another_size_are_refused(tmp_path: Path) -> None:
    runner = load_litert(written(tmp_path, TinyModel()), "tiny").runner()
    with pytest.raises(ModelError, match=r"tiny takes images of 8x8 pixels, not 9x8"):
        runner.run(plain(0, (8, 9))[None])


def test_each_runner_works_in_its_own_thread(tmp_path: Path) -> None:
    model = load_litert(written(tmp_path, TinyModel()), "tiny")
    wrong: list[int] = []

    def work(value: int) -> None:
        runner = model.runner()
        found = np.concatenate([runner.run(plain(value)[None]) for _ in range(200)])
        if not np.array_equal(found, np.repeat(numbers(SINGLE) + value, 200, axis=0)):
            wrong.append(value)

    threads = [threading.Thread(target=work, args=(value,)) for value in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (TinyModel(output=(1, 1001)), r"tiny.tflite is not a MoveNet: its output is \[1, 1001\]"),
        (TinyModel(output=(1, 1, 17, 2)), r"its output is \[1, 1, 17, 2\]"),
        (TinyModel(input_shape=(1, 8, 8, 1)), r"its input is \(1, 8, 8, 1\), not one RGB image"),
        (TinyModel(input_shape=(4, 8, 8, 3)), r"its input is \(4, 8, 8, 3\)"),
        (TinyModel(input_shape=(1, 8, 3)), r"its input is \(1, 8, 3\)"),
        (TinyModel(input_shape=(1, 60000, 60000, 3)), r"its input is \(1, 60000, 60000, 3\)"),
        (TinyModel(input_type="int64"), "its input is int64"),
        (TinyModel(input_quantisation=Quantisation(1 / 127.5, 128)), "its input is quantised"),
        (TinyModel(tiles=2000), "it would compute 768,000,000 values at once"),
        (TinyModel(tiles=1 << 20), "cannot be run by LiteRT"),
    ],
)
def test_what_is_no_movenet_is_refused(tmp_path: Path, model: TinyModel, message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        load_litert(written(tmp_path, model), "tiny")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == ExitCode.MODEL


@pytest.mark.parametrize("length", [0, 1, 7, 8, 100, 500, -1])
def test_a_part_of_a_model_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "part.tflite"
    path.write_bytes(TinyModel().content()[:length])
    with pytest.raises(
        ModelError, match=r"part\.tflite is not a \.tflite model, or a part of one: get it again"
    ):
        load_litert(path, "part")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.tflite cannot be read: No such file"):
        load_litert(tmp_path / "none.tflite", "x")


def test_nothing_reaches_standard_error(tmp_path: Path) -> None:
    path = written(tmp_path, TinyModel(input_type="float32"))
    program = (
        "import sys, numpy, pathlib\n"
        "from movenet_cli.models.litert import load_litert\n"
        "runner = load_litert(pathlib.Path(sys.argv[1]), 'tiny').runner()\n"
        "print(runner.run(numpy.zeros((1, 8, 8, 3), numpy.uint8)).shape, 'tensorflow' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("(1, 1, 17, 3) False\n", "")


def test_the_official_model_finds_the_person(lightning_int8: Path, shared_dir: Path) -> None:
    import cv2  # noqa: PLC0415

    image = cv2.cvtColor(cv2.imread(str(shared_dir / "media" / "pose.jpg")), cv2.COLOR_BGR2RGB)
    model = load_litert(lightning_int8, "lightning")
    assert (model.info.kind, model.info.input_size) == ("single", (192, 192))
    keypoints = model.runner().run(cv2.resize(image, (192, 192))[None])[0, 0]
    assert keypoints[:, 2].mean() > 0.4
    assert keypoints[0, 0] < keypoints[11, 0] < keypoints[15, 0], "nose above hip above ankle"
