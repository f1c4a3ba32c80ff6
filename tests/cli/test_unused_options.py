"""Options that cannot have an effect: refused on the command line, left out from the environment."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from tests.models.tflites import MULTI, TinyModel
from tests.support.media import gradient, write_image, write_video


@pytest.fixture
def models(tmp_path: Path, a_model: Path) -> dict[str, str]:
    """A single-pose model, a multi-pose one, and one of each that is odd."""
    made = {
        "multi": TinyModel(input_shape=(1, -1, -1, 3), output=MULTI),
        "fixed": TinyModel(input_shape=(1, 64, 64, 3), output=MULTI),
        "open": TinyModel(input_shape=(1, -1, -1, 3)),
    }
    paths = {"single": str(a_model)}
    for name, model in made.items():
        path = tmp_path / "models" / f"{name}.tflite"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(model.content())
        paths[name] = str(path)
    return paths


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """Folders with images only, with a video only, with both, and with a moving image."""
    folder = tmp_path / "media"
    for name in ("images", "both"):
        write_image(folder / name / "a.png", gradient(seed=1))
        write_image(folder / name / "b.jpg", gradient(seed=2))
    for name in ("videos", "both"):
        write_video(folder / name / "v.mp4", 4)
    (folder / "moving").mkdir()
    frames = [Image.fromarray(gradient(seed=index)) for index in range(4)]
    frames[0].save(folder / "moving" / "a.gif", save_all=True, append_images=frames[1:], duration=100)
    return folder


IMAGES_ONLY = "all inputs are images"
SINGLE = "is a single-pose model"
MULTI_POSE = "is a multi-pose model"


@pytest.mark.parametrize(
    ("model", "inputs", "arguments", "reason"),
    [
        ("single", "both", ["--max-people", "2"], SINGLE),
        ("single", "both", ["--input-size", "512"], "always has 160x160 pixels"),
        ("single", "both", ["--track"], SINGLE),
        ("single", "both", ["--no-track"], None),
        ("single", "both", ["--refine-with", "mini"], SINGLE),
        ("single", "both", ["--batch-size", "8"], "frame by frame"),
        ("single", "both", ["--batch-size", "1"], None),
        ("multi", "both", ["--crop", "refine"], MULTI_POSE),
        ("multi", "both", ["--crop", "follow"], MULTI_POSE),
        ("multi", "both", ["--crop", "careful"], MULTI_POSE),
        ("multi", "both", ["--crop", "none"], None),
        ("multi", "both", ["--max-people", "2", "--input-size", "128", "--no-track"], None),
        ("fixed", "both", ["--input-size", "128"], "always has 64x64 pixels"),
        ("single", "images", ["--start", "1"], IMAGES_ONLY),
        ("single", "images", ["--end", "10f"], IMAGES_ONLY),
        ("single", "images", ["--stride", "2"], IMAGES_ONLY),
        ("single", "images", ["--stride", "1"], None),
        ("single", "images", ["--fps", "2"], IMAGES_ONLY),
        ("single", "images", ["--max-frames", "2"], IMAGES_ONLY),
        ("single", "images", ["--smooth"], IMAGES_ONLY),
        ("single", "images", ["--no-smooth"], None),
        ("single", "images", ["--crop", "follow"], "follow is for videos, and all inputs are images"),
        ("single", "images", ["--crop", "refine"], None),
        ("single", "images", ["--crop", "careful"], None),
        ("multi", "images", ["--track"], IMAGES_ONLY),
        ("single", "both", ["--start", "0.1", "--stride", "2", "--smooth", "--crop", "follow"], None),
        ("single", "moving", ["--stride", "2"], None),
        ("single", "videos", ["--null"], "no paths are read from standard input"),
        ("single", "videos", ["--mirror", "http://models.invalid", "--offline"], "--offline"),
        ("single", "videos", ["-q", "-v"], "contradict each other"),
        ("single", "videos", ["-o", "-", "--overwrite"], "writes no file"),
        ("single", "videos", ["-o", "-", "--overlay"], "writes no file"),
        ("single", "videos", ["-o", "-", "--engine", "processes"], "needs a results folder"),
        ("single", "videos", ["-o", "-", "-f", "csv"], "streams JSONL"),
    ],
)
def test_what_cannot_have_an_effect_is_refused(
    models: dict[str, str], media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str],
    model: str, inputs: str, arguments: list[str], reason: str | None,
) -> None:  # fmt: skip
    out = tmp_path / "out"
    code = run(["annotate", str(media / inputs), "-m", models[model], "-o", str(out), *arguments])
    error = capfd.readouterr().err
    if reason is None:
        assert code == ExitCode.OK, error
        return
    assert code == ExitCode.USAGE, error
    (line,) = error.splitlines()
    assert reason in line
    assert arguments[0] in line or "contradict" in line or "-o -" in line
    assert not out.exists()


def test_the_environment_is_for_many_commands(
    models: dict[str, str], media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    values: dict[str, Any] = {
        "CROP": "refine", "REFINE_WITH": models["single"], "MAX_PEOPLE": 2, "INPUT_SIZE": 128,
        "BATCH_SIZE": 8, "STRIDE": 2, "START": "0.1", "SMOOTH": 1, "NULL": 1, "OVERLAY": 1,
        "FORMAT": "csv", "EXCLUDE": "nothing*", "MIRROR": "http://models.invalid",
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(f"MOVENET_ANNOTATE_{name}", str(value))
    for name in ("single", "multi"):
        out = tmp_path / name
        assert (
            run(["annotate", str(media / "images"), "-m", models[name], "-o", str(out), "--offline"])
            == ExitCode.OK
        )
        assert len(capfd.readouterr().err.splitlines()) == 1
        options = json.loads((out / "run.json").read_text())["options"]
        assert options["crop"] == ("refine" if name == "single" else "auto")
        assert (out / "overlay/a.png").is_file()
    assert run(["annotate", str(media / "images"), "-m", models["single"], "-o", "-"]) == ExitCode.OK
    assert all(json.loads(line) for line in capfd.readouterr().out.splitlines())


def test_a_single_pose_model_without_a_size_of_its_own(
    models: dict[str, str], media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(["annotate", str(media / "images"), "-m", models["open"], "-o", str(out)]) == ExitCode.MODEL
    (line,) = capfd.readouterr().err.splitlines()
    assert "open takes images of any size" in line
    assert not out.exists()


def test_fail_fast_stops_at_what_is_missing(
    models: dict[str, str], media: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    inputs = [str(media / "images"), str(media / "gone.jpg")]
    assert (
        run(["annotate", *inputs, "-m", models["single"], "-o", str(out), "--fail-fast"]) == ExitCode.PARTIAL
    )
    facts = json.loads((out / "run.json").read_text())
    assert (facts["complete"], facts["exit_code"]) == (False, ExitCode.PARTIAL)
    assert facts["inputs"]["done"] == 0
    assert "gone.jpg" in facts["failures"][0]["source"]
    assert not list(out.rglob("*.png.json"))
