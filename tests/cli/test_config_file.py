"""Settings from `movenet.toml` or `pyproject.toml`: which file counts, and what it may say."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode
from tests.models.tflites import MULTI, TinyModel
from tests.support.media import write_image

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, deep below another one, with a home elsewhere and an image."""
    folder = tmp_path / "top" / "deep" / "here"
    folder.mkdir(parents=True)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(folder)
    write_image(folder / "a.png")
    return folder


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, command: str = "annotate") -> dict[str, Any]:
    """The settings that `--print-config` prints."""
    assert run([*command.split(), "--print-config", *arguments]) == ExitCode.OK
    out, err = capsys.readouterr()
    assert err == ""
    found: dict[str, Any] = tomllib.loads(out)
    for name in command.split():
        found = found[name]
    return found


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that says why a command does not run."""
    assert run(["annotate", "a.png", "-m", "mini", *arguments]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert out == ""
    return line


def test_the_order_of_places(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(capsys)["stride"] == 1
    (here / "movenet.toml").write_text("[annotate]\nstride = 2\nmin-score = 0.5\nmin_keypoints = 4\n")
    monkeypatch.setenv("MOVENET_ANNOTATE_MIN_SCORE", "0.6")
    found = printed(capsys)
    assert (found["stride"], found["min-score"], found["min-keypoints"]) == (2, 0.6, 4)
    found = printed(capsys, "--min-score", "0.7", "--stride", "1")
    assert (found["stride"], found["min-score"], found["min-keypoints"]) == (1, 0.7, 4)


def test_each_setting_says_where_it_came_from(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here.parent / "movenet.toml").write_text('[annotate]\nstride = 2\noutput = "results"\n')
    monkeypatch.setenv("MOVENET_ANNOTATE_CROP", "none")
    assert run(["annotate", "--print-config", "--start", "123f", "--end", "0:09"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert "stride = 2 # ../movenet.toml [annotate]" in lines
    assert 'output = "../results" # ../movenet.toml [annotate]' in lines
    assert 'crop = "none" # MOVENET_ANNOTATE_CROP' in lines
    assert 'start = "123f" # command line' in lines
    assert 'end = "0:09" # command line' in lines
    assert 'model = "thunder" # default' in lines
    assert "# fps: not set" in lines
    assert not [line for line in lines if "config" in line and not line.startswith("#")]


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("annotate", ["-f", "csv,coco", "-f", "jsonl", "--no-track", "--start", "1.5", "-vv"]),
        ("annotate", ["--include", "a,b", "--include", "*.mp4", "--exclude", "cam 2"]),
        ("annotate", ["-m", "./thunder", "-o", "-", "--fps", "0.1", "--root", 'a "b"\\c', "--overlay"]),
        ("convert", ["--to", "cvat-video", "--only", "list.txt"]),
        ("check", ["--max-failed", "3", "--max-empty", "2.5%", "--min-mean-score", "0.25"]),
        ("render", ["--style", "dots,boxes", "--no-ids", "--end", "12f"]),
        ("evaluate", ["-g", "truth.json", "--fail-under", "AP=0.5", "--fail-under", "AR=0.4"]),
        ("models fetch", ["--all", "--mirror", "https://models.example"]),
        ("select", ["--hard", "5"]),
        ("report", ["-o", "night.html"]),
        ("doctor", ["--json"]),
    ],
)  # fmt: skip
def test_what_is_printed_gives_the_same_settings_again(
    here: Path, capsys: pytest.CaptureFixture[str], command: str, arguments: list[str]
) -> None:
    assert run([*command.split(), "--print-config", *arguments]) == ExitCode.OK
    text = capsys.readouterr().out
    (here / "movenet.toml").write_text(text)
    assert run([*command.split(), "--print-config"]) == ExitCode.OK
    again = capsys.readouterr().out
    assert tomllib.loads(again) == tomllib.loads(text)
    assert "# command line" in text
    assert "# command line" not in again


@pytest.mark.skipif(os.name == "nt", reason="no such names on Windows")
def test_odd_names(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = 'a\nb\x01\x7f"\\日本'
    assert printed(capsys, "-o", name)["output"] == name
    (here / "a\nb.toml").write_text("[annotate]\nstride = 2\n")
    assert run(["annotate", "--config", "a\nb.toml", "--print-config"]) == ExitCode.OK
    assert "stride = 2 # a\\nb.toml [annotate]" in capsys.readouterr().out
    for arguments in (["--output", "\udcff"], ["--include", "a", "--include", "\udcff"]):
        assert run(["annotate", "--print-config", *arguments]) == ExitCode.USAGE
        out, err = capsys.readouterr()
        assert out == ""
        assert f"{arguments[-2]}: " in err
        assert "is not UTF-8, as TOML must be" in err


def test_the_nearest_file_counts_up_to_the_repository_or_the_home(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    top, deep = here.parents[1], here.parent
    (top.parent / "movenet.toml").write_text("[annotate]\nstride = 9\n")
    (top / "movenet.toml").write_text("[annotate]\nstride = 2\n")
    assert printed(capsys)["stride"] == 2
    (deep / "pyproject.toml").write_text("[tool.movenet.annotate]\nstride = 3\n")
    assert printed(capsys)["stride"] == 3
    (deep / "movenet.toml").write_text("[annotate]\nstride = 4\n")
    assert printed(capsys)["stride"] == 4
    (here / "pyproject.toml").write_text('[project]\nname = "movenet-films"\n')
    assert printed(capsys)["stride"] == 4
    (deep / "movenet.toml").unlink()
    (deep / "pyproject.toml").unlink()
    (deep / ".git").mkdir()
    assert printed(capsys)["stride"] == 1
    (deep / ".git").rmdir()
    monkeypatch.setenv("HOME", str(top))
    (top / "movenet.toml").unlink()
    assert printed(capsys)["stride"] == 1
    monkeypatch.setenv("HOME", "")
    assert printed(capsys)["stride"] == 9


def test_another_file_or_none(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "movenet.toml").write_text("[annotate]\nstride = 2\n")
    (here / "ci").mkdir()
    (here / "ci" / "night.toml").write_text('[annotate]\nstride = 3\nmodel = "own.tflite"\n')
    (here / "ci" / "pyproject.toml").write_text('[tool.movenet.annotate]\nstride = 4\noutput = "/r"\n')
    found = printed(capsys, "--config", "ci/night.toml")
    assert (found["stride"], found["model"]) == (3, "ci/own.tflite")
    found = printed(capsys, "--config=ci/pyproject.toml")
    assert (found["stride"], found["output"]) == (4, "/r")
    assert printed(capsys, "--no-config")["stride"] == 1
    monkeypatch.setenv("MOVENET_CONFIG", "ci/night.toml")
    assert printed(capsys)["stride"] == 3
    assert printed(capsys, "--no-config")["stride"] == 1
    monkeypatch.setenv("MOVENET_NO_CONFIG", "1")
    assert printed(capsys)["stride"] == 1
    assert printed(capsys, "--config", "movenet.toml")["stride"] == 2


def test_paths_are_relative_to_the_file(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = here.parent / "movenet.toml"
    (here.parent / "saved").mkdir()
    for written, found in (
        ("saved", "../saved"), ("./thunder", ".././thunder"), ("thunder", "thunder"),
        ("thundr", "thundr"), ("a.tflite", "../a.tflite"), ("/m/a.tflite", "/m/a.tflite"),
        ("https://tfhub.dev/x", "https://tfhub.dev/x"),
        ("~/a.tflite", str(here.parents[2] / "home" / "a.tflite")),
    ):  # fmt: skip
        config.write_text(f'[annotate]\nmodel = "{written}"\nrefine-with = "{written}"\nroot = "media"\n')
        settings = printed(capsys)
        assert (settings["model"], settings["refine-with"]) == (found, found)
        assert settings["root"] == "../media"
    config.write_text('[annotate]\noutput = "s3://bucket/results"\n')
    assert printed(capsys)["output"] == "s3://bucket/results"
    config.write_text('[annotate]\noutput = "-"\n[evaluate]\nground-truth = "truth.json"\n')
    assert printed(capsys)["output"] == "-"
    assert printed(capsys, command="evaluate")["ground-truth"] == "../truth.json"
    monkeypatch.chdir(here.parent)
    assert printed(capsys, command="evaluate")["ground-truth"] == "truth.json"


def test_the_account_of_a_run_names_the_file(here: Path) -> None:
    (here.parent / "movenet.toml").write_text('[annotate]\nmodel = "mini"\n')
    for arguments, expected in (
        ([], f"{here.parent / 'movenet.toml'} [annotate]"),
        (["--no-config", "-m", "mini"], None),
    ):
        assert run(["annotate", "a.png", *arguments]) == ExitCode.OK
        assert json.loads(Path("movenet-out/run.json").read_text())["config"] == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[annotate]\nstrid = 2", "movenet.toml [annotate]: there is no 'strid': did you mean stride?"),
        ("[annotate]\nno-track = true", "[annotate]: there is no 'no-track'; write track = false"),
        ("[annotate]\nno_overlay = true", "there is no 'no_overlay'; write overlay = false"),
        ("[annotate]\nxyzzy = 2", "there is no 'xyzzy': the names are output, format, "),
        ("[annotate]\nconfig = 'x'", "there is no 'config'"),
        ("[annotate]\ninputs = ['a']", "there is no 'inputs'; it belongs on the command line"),
        ("[annotate]\nhelp = true", "there is no 'help'"),
        ("[anotate]\nstride = 2", "there is no command for [anotate]: did you mean [annotate]?"),
        ("[xyzzy]\n", "there is no command for [xyzzy]: there are annotate, models, "),
        ("stride = 2", "movenet.toml: stride stands outside the tables of commands; put it below ["),
        ("annotate = 2", "movenet.toml: annotate stands outside the tables"),
        ("[annotate]\nstride = '2'", "movenet.toml [annotate]: stride must be a whole number; it is '2'"),
        ("[annotate]\nstride = true", "stride must be a whole number; it is true"),
        ("[annotate]\nstride = 2.5", "stride must be a whole number; it is 2.5"),
        ("[annotate]\nmin-score = '0.5'", "min-score must be a number; it is '0.5'"),
        ("[annotate]\noverlay = 'yes'", "overlay must be true or false; it is 'yes'"),
        ("[annotate]\noverlay = 1", "overlay must be true or false; it is 1"),
        ("[annotate]\nmodel = 2", "model must be a text in quotes; it is 2"),
        ("[annotate]\nmodel = ['a', 'b']", "model must be a text in quotes; it is a list"),
        ("[annotate]\nformat = [1]", "format must be a text in quotes, or several in [ ]; it is 1"),
        ("[annotate]\nstart = 00:01:30", "start must be a text in quotes or a number; it is 00:01:30"),
        ("[annotate.stride]\n", "stride must be a whole number; it is a table"),
        ("[annotate]\nstride = 0", "value for stride in movenet.toml [annotate]: 0 is not in the"),
        ("[annotate]\nmin-score = nan", "invalid value for min-score in movenet.toml [annotate]: nan"),
        ("[annotate]\ncrop = 'refin'", "'refin' is not one of auto, none, refine, follow, careful; "
         "did you mean refine?"),
        ("[annotate]\nformat = 'json,cvs'", "format in movenet.toml [annotate]: 'json,cvs': the formats are "
         "json, jsonl, csv, coco; did you mean csv?"),
        ("[annotate]\noutput = ''", "output in movenet.toml [annotate]: it is empty"),
        ("[annotate]\nstart = -1", "start in movenet.toml [annotate]: '-1' is not a time"),
        ("[annotate\n", "movenet.toml is not TOML: "),
        ("[annotate]\na = 1\na = 2\n", "line 3"),
        (b"[annotate]\nmodel = '\xff'\n", "movenet.toml is not TOML: "),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_a_file_that_is_wrong_is_one_line_and_exit_2(
    here: Path, capsys: pytest.CaptureFixture[str], text: str | bytes, message: str
) -> None:
    (here / "movenet.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    line = refusal(capsys)
    assert message in line
    assert ("--no-config" in line) == ("not TOML" in line)
    assert sorted(path.name for path in here.iterdir()) == ["a.png", "movenet.toml"]
    assert run(["annotate", "--help"]) == ExitCode.OK
    capsys.readouterr()
    assert printed(capsys, "--no-config")["stride"] == 1


def test_tables_of_a_project_file_are_named_in_full(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = here / "pyproject.toml"
    project.write_text("[tool.movenet.annotate]\nstrid = 2\n")
    assert "pyproject.toml [tool.movenet.annotate]: there is no 'strid'" in refusal(capsys)
    project.write_text("[tool.movenet.anotate]\n")
    assert "no command for [tool.movenet.anotate]: did you mean [tool.movenet.annotate]?" in refusal(capsys)
    project.write_text("[tool.movenet.annotate]\nstride = 0\n")
    assert "value for stride in pyproject.toml [tool.movenet.annotate]: 0 is" in refusal(capsys)


def test_tables_of_models_are_looked_at_when_models_are_asked_for(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "movenet.toml").write_text("[models.fetsh]\nall = true\n")
    assert printed(capsys)["stride"] == 1
    assert run(["models", "fetch", "mini"]) == ExitCode.USAGE
    assert "no command for [models.fetsh]: did you mean [models.fetch]?" in capsys.readouterr().err


def test_other_peoples_mistakes_are_not_ours(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "pyproject.toml").write_text("this is [not TOML\n")
    assert printed(capsys)["stride"] == 1
    (here / "pyproject.toml").write_text("\ufeff[tool.movenet.annotate]\r\nstride = 2\r\n")
    assert printed(capsys)["stride"] == 2
    (here / "pyproject.toml").write_text("[tool.movenet\n")
    assert "pyproject.toml is not TOML" in refusal(capsys)


def test_files_that_cannot_be_used(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refusal(capsys, "--config", "gone.toml")
    assert "value for --config: cannot read gone.toml: No such file or directory; see" in line
    (here / "night.toml").write_text("[annotate\n")
    monkeypatch.setenv("MOVENET_CONFIG", "night.toml")
    assert "value for MOVENET_CONFIG: night.toml is not TOML: " in refusal(capsys)
    assert "cannot read .: Is a directory" in refusal(capsys, "--config", ".")
    assert "--config: it is empty" in refusal(capsys, "--config", "")
    (here / "pyproject.toml").write_text("[tool.other]\n")
    assert "there is no table [tool.movenet]" in refusal(capsys, "--config", "pyproject.toml")
    assert "contradict each other" in refusal(capsys, "--config", "pyproject.toml", "--no-config")


def test_a_run_says_which_file_it_used(here: Path, capsys: pytest.CaptureFixture[str], a_model: Path) -> None:
    config = here.parent / "movenet.toml"
    config.write_text(
        f'[annotate]\nmodel = "{a_model}"\nformat = ["csv", "jsonl"]\noutput = "out"\noverlay = true\n'
    )
    assert run(["annotate", "a.png"]) == ExitCode.OK
    first, last = capsys.readouterr().err.splitlines()
    assert first == "movenet: settings from ../movenet.toml [annotate]"
    assert last.endswith("results in ../out")
    out = here.parent / "out"
    assert sorted(path.name for path in (out / "keypoints").iterdir()) == ["a.png.csv", "a.png.jsonl"]
    assert (out / "overlay" / "a.png").is_file()
    assert run(["annotate", "a.png", "-q"]) == ExitCode.OK
    assert capsys.readouterr().err == ""
    config.write_text(config.read_text() + 'quiet = true\nprogress = "none"\n')
    assert run(["annotate", "a.png"]) == ExitCode.OK
    assert capsys.readouterr().err == ""
    assert run(["validate", "../out"]) == ExitCode.OK
    assert "settings" not in capsys.readouterr().err


def test_wrong_usage_is_told_with_the_file_also_where_only_errors_are_shown(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "movenet.toml").write_text("[annotate]\nstart = 5\n")
    for more in ([], ["-q"]):
        assert run(["annotate", "a.png", "-m", "mini", "--end", "2", *more]) == ExitCode.USAGE
        first, second = capsys.readouterr().err.splitlines()
        assert first == "movenet: settings from movenet.toml [annotate]"
        assert second.startswith("movenet: --end must lie after --start")


def test_json_messages_by_the_file(here: Path, capsys: pytest.CaptureFixture[str], a_model: Path) -> None:
    (here / "movenet.toml").write_text(f'[annotate]\nmodel = "{a_model}"\nprogress = "json"\n')
    assert run(["annotate", "a.png"]) == ExitCode.OK
    first, *rest = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert first["message"] == "settings from movenet.toml [annotate]"
    assert rest[-1]["event"] == "summary"
    assert run(["annotate", "a.png", "--stride", "0"]) == ExitCode.USAGE
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["level"] == "error"
    assert run(["annotate", "a.png", "--stride", "0", "--progress", "none"]) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith("movenet: ")


@pytest.mark.parametrize("place", ["file", "environment"])
def test_flags_that_are_set_elsewhere_can_be_cleared(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    flags = ("overlay", "overwrite", "fail-fast", "smooth", "offline", "null", "quiet")
    for flag in flags:
        monkeypatch.setenv(
            f"MOVENET_ANNOTATE_{flag.replace('-', '_').upper()}", "1" * (place == "environment")
        )
    if place == "file":
        (here / "movenet.toml").write_text("[annotate]\n" + "".join(f"{flag} = true\n" for flag in flags))
    assert [printed(capsys)[flag] for flag in flags] == [True] * len(flags)
    cleared = printed(capsys, *[f"--no-{flag}" for flag in flags])
    assert [cleared[flag] for flag in flags] == [False] * len(flags)
    assert printed(capsys, "--no-overlay", "--overlay")["overlay"] is True


def test_one_file_serves_several_models(
    here: Path, capsys: pytest.CaptureFixture[str], a_model: Path
) -> None:
    (here / "multi.tflite").write_bytes(TinyModel(input_shape=(1, -1, -1, 3), output=MULTI).content())
    (here / "movenet.toml").write_text(
        '[annotate]\ncrop = "refine"\nmax-people = 2\ninput-size = 128\nbatch-size = 8\nstride = 2\n'
        'start = 1\nsmooth = true\nnull = true\noverwrite = true\nquiet = true\nverbose = 1\nmirror = "http://x"\n'
    )
    for model in (str(a_model), "multi.tflite"):
        code = run(["annotate", "a.png", "-m", model, "-o", f"out-{Path(model).stem}", "--offline"])
        assert (code, capsys.readouterr().err) == (ExitCode.OK, "")
    options = json.loads((here / "out-multi" / "run.json").read_text())["options"]
    assert (options["crop"], options["max_people"], options["input_size"]) == ("auto", 2, 128)
    assert run(["annotate", "a.png", "-m", str(a_model), "-o", "-"]) == ExitCode.OK
    assert all(json.loads(line) for line in capsys.readouterr().out.splitlines())


def test_commands_take_what_they_need_from_the_file(
    here: Path, capsys: pytest.CaptureFixture[str], a_model: Path
) -> None:
    assert run(["annotate", "a.png", "-m", str(a_model), "-o", "out", "-q"]) == ExitCode.OK
    (here / "movenet.toml").write_text(
        '[convert]\nto = "coco"\n[check]\nmax-failed = 0\n[models.list]\njson = true\n'
    )
    assert run(["convert", "out"]) == ExitCode.OK
    assert (here / "out" / "coco.json").is_file()
    assert "movenet: settings from movenet.toml [convert]" in capsys.readouterr().err
    assert run(["check", "out"]) == ExitCode.OK
    assert "max-failed" in capsys.readouterr().out
    assert run(["models", "list"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)
