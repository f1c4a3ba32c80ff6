"""Completion: what could come next, asked for as real shells ask, and quick enough to wait for."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from movenet_cli.cli.main import COMMANDS, run
from movenet_cli.errors import ExitCode
from movenet_cli.models.hub.catalogue import CATALOGUE
from tests.docs.shell import SYSTEM_PATH, make_programs
from tests.test_architecture import HEAVY

LONG_ENOUGH = 120.0
"""Seconds after which a shell counts as one that hangs."""


def answers(*words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program answers bash: kind and value of everything that could stand for the last word."""
    monkeypatch.setenv("_MOVENET_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "\n".join(("movenet", *words)))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))
    with pytest.raises(SystemExit) as end:
        run([])
    out, err = capsys.readouterr()
    assert (end.value.code, err) == (0, "")
    return out.split()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["an"], ["annotate"]),
        ([""], list(COMMANDS)),
        (["--v"], ["--version"]),
        (["nonsense", ""], list(COMMANDS)),
        (["annotate", "--cro"], ["--crop"]),
        (["annotate", "--crop", ""], ["auto", "none", "refine", "follow", "careful"]),
        (["annotate", "-m", "thu"], [name for name in CATALOGUE if name.startswith("thu")]),
        (["annotate", "-m", ""], list(CATALOGUE)),
        (["annotate", "a.mp4", "--refine-with", "lightning-i"], ["lightning-int8"]),
        (["annotate", "-f", ""], ["json", "jsonl", "csv", "coco"]),
        (["annotate", "-f", "csv,"], ["csv,json", "csv,jsonl", "csv,coco"]),
        (["annotate", "-f", "json,csv,c"], ["json,csv,coco"]),
        (["annotate", "--format", "=", "js"], ["json", "jsonl"]),
        (["annotate", "--format", "="], ["json", "jsonl", "csv", "coco"]),
        (["annotate", "--model", "=", "mini", "--format", "=", "json,cs"], ["json,csv"]),
        (["annotate", "--device", "g"], ["gpu"]),
        (["convert", "out", "--to", "table"], ["table-csv", "table-parquet"]),
        (["render", "out", "--style", "dots,b"], ["dots,boxes"]),
        (["models", "fe"], ["fetch"]),
        (["models", "fetch", "mini", "multi"], ["multipose", "multipose-float16"]),
        (["models", "path", "x"], []),
        (["completion", ""], ["bash", "zsh", "fish"]),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_could_come_next(
    words: list[str], found: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [f"plain,{each}" for each in found]
    assert answers(*words, capsys=capsys, monkeypatch=monkeypatch) == expected


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["annotate", "vid"], "file"),
        (["annotate", "-m", "own.tf"], "file"),
        (["annotate", "-o", "res"], "dir"),
        (["annotate", "--config", "mo"], "file"),
        (["validate", "res"], "dir"),
        (["convert", "res"], "dir"),
        (["evaluate", "res"], "file"),
        (["evaluate", "res", "-g", "tru"], "file"),
    ],
    ids=" ".join,
)
def test_files_and_folders_are_left_to_the_shell(
    words: list[str], kind: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answers(*words, capsys=capsys, monkeypatch=monkeypatch) == [f"{kind},{words[-1]}"]


def test_models_in_the_current_folder_stand_beside_the_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("mine.tflite", "thunder-own.tflite", "mini.jpg", "mi x.tflite"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    found = answers("annotate", "-m", "mi", capsys=capsys, monkeypatch=monkeypatch)
    assert found == ["plain,mini", "plain,mini-multi", "plain,mine.tflite"]
    found = answers("models", "fetch", "mi", capsys=capsys, monkeypatch=monkeypatch)
    assert found == ["plain,mini", "plain,mini-multi"]


def test_a_wrong_configuration_file_does_not_get_in_the_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "movenet.toml").write_text("[annotate]\nxyzzy = 1\n")
    monkeypatch.chdir(tmp_path)
    found = answers("annotate", "a.mp4", "--crop", "f", capsys=capsys, monkeypatch=monkeypatch)
    assert found == ["plain,follow"]


@pytest.mark.parametrize("words", [["annotate", "-m", ""], ["convert", "out", "--to", ""], [""]])
def test_completing_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\n"
        "from movenet_cli.cli.main import run\n"
        "try:\n    run([])\n"
        "except SystemExit:\n"
        f"    heavy = {(*HEAVY, 'requests', 'tomlkit')!r}\n"
        "    print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    asked = {
        "_MOVENET_COMPLETE": "bash_complete",
        "COMP_WORDS": "\n".join(("movenet", *words)),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **asked}
    )
    assert done.stderr.strip() == "[]"
    assert len(done.stdout.splitlines()) > 5


def test_other_shells_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "bsh"]) == ExitCode.USAGE
    assert "'bsh' is not one of bash, zsh, fish; did you mean bash?" in capsys.readouterr().err
    assert run(["completion"]) == ExitCode.USAGE
    assert "bash|zsh|fish" in capsys.readouterr().err
    assert run(["completion", "zsh"]) == ExitCode.OK  # also where there is no zsh: what we change is there
    script = capsys.readouterr().out
    assert script.count('-U -i "$IPREFIX"') == 2
    assert "compset -P '--*='" in script


SET_UP = {
    "bash": (["--norc", "--noprofile", "-i"], 'eval "$(movenet completion bash)"'),
    "zsh": (
        ["-f", "-i"],
        'autoload -U compinit && compinit -u -D && bindkey -e && eval "$(movenet completion zsh)"',
    ),
}

TYPED = [
    ("movenet ann\tx", ["movenet", "annotate", "x"]),
    ("movenet annotate -m lightning-fl\tx", ["movenet", "annotate", "-m", "lightning-float16", "x"]),
    ("movenet annotate -f json,cs\tx", ["movenet", "annotate", "-f", "json,csv", "x"]),
    ("movenet annotate --format=cs\tx", ["movenet", "annotate", "--format=csv", "x"]),
    ("movenet annotate --mo\tlightning-fl\tx", ["movenet", "annotate", "--model", "lightning-float16", "x"]),
    ("movenet annotate --model=lightning-fl\tx", ["movenet", "annotate", "--model=lightning-float16", "x"]),
    ("movenet annotate --model=own/ne\tx", ["movenet", "annotate", "--model=own/net.tflite", "x"]),
    ("movenet annotate my\tx", ["movenet", "annotate", "my clip.mp4", "x"]),
    ("movenet annotate -m own/ne\tx", ["movenet", "annotate", "-m", "own/net.tflite", "x"]),
    ("movenet validate resu\tx", ["movenet", "validate", "results/x"]),
]
"""Keys, and the words that the line then has."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with files to complete; the program itself is in its folder `bin`."""
    make_programs(tmp_path / "bin")
    for name in ("my clip.mp4", "own/net.tflite", "results/run.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "results.txt").touch()
    return tmp_path


@pytest.mark.parametrize("shell", SET_UP)
def test_a_person_at_a_terminal(shell: str, home: Path) -> None:
    program = shutil.which(shell, path=SYSTEM_PATH)
    if program is None:
        pytest.skip(f"there is no {shell} on this machine")
    options, set_up = SET_UP[shell]
    with Terminal([program, *options], home) as terminal:
        terminal.enter(set_up)
        for keys, words in TYPED:
            assert terminal.words(keys) == words


def test_fish(home: Path) -> None:
    program = shutil.which("fish", path=SYSTEM_PATH)
    if program is None:
        pytest.skip("there is no fish on this machine")
    for line, found in (
        ("movenet ann", "annotate"),
        ("movenet annotate -m lightning-fl", "lightning-float16"),
        ("movenet annotate -f json,cs", "json,csv"),
        ("movenet annotate --format=json,cs", "--format=json,csv"),
        ("movenet annotate --model=own/ne", "--model=own/net.tflite"),
        ("movenet annotate -m own/ne", "own/net.tflite"),
        ("movenet validate resu", "results/"),
    ):
        script = f"movenet completion fish | source; complete -C '{line}'"
        done = subprocess.run(
            [program, "--no-config", "-c", script],
            cwd=home, env=_environment(home), capture_output=True, text=True, timeout=LONG_ENOUGH, check=True,
        )  # fmt: skip
        assert [each.split("\t")[0] for each in done.stdout.splitlines()] == [found], done.stderr


def _environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": f"{home / 'bin'}:{SYSTEM_PATH}", "TERM": "dumb", "LANG": "C.UTF-8"}


class Terminal:
    """An interactive shell, and the keys that somebody types there."""

    def __init__(self, command: Sequence[str], home: Path) -> None:
        self._end, theirs = pty.openpty()
        self._process = subprocess.Popen(
            command, cwd=home, env={**_environment(home), "INPUTRC": "/dev/null"},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._end)

    def enter(self, line: str) -> None:
        """Run a line, and wait until it is done."""
        self._type(f"{line}; echo do''ne\n")
        self._read_until(r"(done)")

    def words(self, keys: str) -> list[str]:
        """Type the keys, and return the words of the line that is there then."""
        self._type(f"{keys}\x01printf '<%s>' \n")
        return re.findall(r"<([^>%]*)>", self._read_until(r"((?:<[^>%]*>)*<[^>%]*x>)"))

    def _type(self, keys: str) -> None:
        os.write(self._end, keys.encode())

    def _read_until(self, pattern: str) -> str:
        seen = ""
        while (found := re.search(pattern, seen)) is None:
            ready, _, _ = select.select([self._end], [], [], LONG_ENOUGH)
            assert ready, f"nothing more comes after {seen!r}"
            seen += os.read(self._end, 65536).decode()
        return found[1]
