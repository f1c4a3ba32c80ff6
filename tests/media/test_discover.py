"""What counts as an input, in which order and under which name."""

import io
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from movenet_cli.cli.main import run
from movenet_cli.errors import ExitCode, InputError, UsageError
from movenet_cli.io import scratch
from movenet_cli.media.discover import Discovery, discover, read_paths
from movenet_cli.output.folder.lock import locked

JPEG = b"\xff\xd8\xff\xe0" + bytes(60)


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(JPEG)


def names(found: Discovery) -> list[str]:
    return [file.name for file in found.files]


def test_a_folder_is_walked_in_natural_order(tmp_path: Path) -> None:
    touch(tmp_path, "b/frame10.jpg", "b/frame9.jpg", "B2.png", "a.mp4", "b/c/1.jpg")
    assert names(discover([str(tmp_path)])) == [
        "a.mp4",
        "b/c/1.jpg",
        "b/frame9.jpg",
        "b/frame10.jpg",
        "B2.png",
    ]


def test_suffix_or_first_bytes_decide_in_a_folder(tmp_path: Path) -> None:
    touch(tmp_path, "image", "wrong.txt")
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "broken.jpg").write_text("no image either, but its name says so")
    (tmp_path / ".hidden.jpg").write_bytes(JPEG)
    touch(tmp_path, ".git/x.jpg")
    found = discover([str(tmp_path)])
    assert names(found) == ["broken.jpg", "image", "wrong.txt"]
    assert found.ignored == 1


def test_a_named_file_is_always_an_input(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no image")
    touch(tmp_path, ".hidden.jpg")
    found = discover([str(tmp_path / "notes.txt"), str(tmp_path / ".hidden.jpg")], exclude=["*"])
    assert names(found) == ["notes.txt", ".hidden.jpg"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jpg", ["a.jpg"]),
        ("**/*.jpg", ["a.jpg", "x/a2.jpg", "x/y/deep.jpg"]),
        ("x/*.jpg", ["x/a2.jpg"]),
        ("x/**", ["x/a2.jpg", "x/b.png", "x/y/deep.jpg"]),
        ("[xz]", ["x/a2.jpg", "x/b.png", "x/y/deep.jpg"]),
        ("x/?2.*", ["x/a2.jpg"]),
        ("**/y/*", ["x/y/deep.jpg"]),
        ("*/.h*", ["x/.h.jpg"]),
    ],
)
def test_globs(tmp_path: Path, pattern: str, expected: list[str]) -> None:
    touch(tmp_path, "a.jpg", "x/a2.jpg", "x/b.png", "x/y/deep.jpg", "x/.h.jpg")
    found = discover([f"{tmp_path}/{pattern}"])
    prefix = "x/" if pattern.startswith("x/") else ""
    assert [prefix + name for name in names(found)] == expected


def test_a_glob_without_a_match_is_missing(tmp_path: Path) -> None:
    found = discover([f"{tmp_path}/*.jpg"])
    assert not found.files
    assert found.missing == ((f"{tmp_path}/*.jpg", "no image or video matches this pattern"),)


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path: Path) -> None:
    touch(tmp_path, "a[1].jpg", "a1.jpg")
    assert names(discover([str(tmp_path / "a[1].jpg")])) == ["a[1].jpg"]


@pytest.mark.parametrize(
    ("include", "exclude", "expected", "ignored"),
    [
        (["*.png"], [], ["x/b.png"], 2),
        ([], ["x/*"], ["a.jpg"], 2),
        (["a*", "*.png"], ["*2*"], ["a.jpg", "x/b.png"], 1),
    ],
)
def test_filters(
    tmp_path: Path, include: Sequence[str], exclude: Sequence[str], expected: list[str], ignored: int
) -> None:
    touch(tmp_path, "a.jpg", "x/a2.jpg", "x/b.png")
    found = discover([str(tmp_path)], include=include, exclude=exclude)
    assert (names(found), found.ignored) == (expected, ignored)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_named_file_is_kept_whatever_its_folder_was_filtered_by(tmp_path: Path, is_first: bool) -> None:
    touch(tmp_path, "a.jpg", "b.png", "c.png")
    (tmp_path / "notes.txt").write_text("no image")
    folder, named = [str(tmp_path)], [str(tmp_path / "b.png"), str(tmp_path / "notes.txt")]
    found = discover(named + folder if is_first else folder + named, include=["*.jpg"])
    assert set(names(found)) == {"a.jpg", "b.png", "notes.txt"}
    assert found.ignored == 1


@pytest.mark.parametrize("pattern", ["cam2", "cam2/", "./cam2", "./cam2/", "cam2/*", "day?/cam2", "d*/cam2/"])
def test_folders_can_be_left_out(tmp_path: Path, pattern: str) -> None:
    kept = ["day1/cam1/a.jpg", "day1/cam22/a.jpg", "day1/mycam2/a.jpg"]
    left_out = ["day1/cam2/a.jpg", "day1/cam2/deep/b.jpg"]
    if not pattern.startswith("d"):
        root = tmp_path / "day1"
        kept, left_out = ([name.removeprefix("day1/") for name in each] for each in (kept, left_out))
    else:
        root = tmp_path
    touch(root, *kept, *left_out)
    (root / Path(left_out[0]).parent / "gone.jpg").symlink_to("nowhere")
    found = discover([str(root)], exclude=[pattern])
    assert sorted(names(found)) == sorted(kept)
    assert (found.missing, found.unmatched) == ((), ())
    assert sorted(names(discover([str(root)], include=[pattern]))) == sorted(left_out)


def test_a_slash_at_the_end_means_folders_only(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg/b.jpg", "c/a.jpg")
    assert names(discover([str(tmp_path)], exclude=["a.jpg/"])) == ["c/a.jpg"]
    assert names(discover([str(tmp_path)], exclude=["a.jpg"])) == []


def test_a_filter_that_matches_nothing_is_told(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "cam1/b.jpg")
    found = discover([str(tmp_path)], include=["*.jpg", "*.jpeg"], exclude=["cam2/", "cam1"])
    assert found.unmatched == ("*.jpeg", "cam2/")


def test_the_same_file_is_taken_once(tmp_path: Path) -> None:
    touch(tmp_path, "in/a.jpg")
    (tmp_path / "in/link.jpg").symlink_to("a.jpg")
    inputs = [str(tmp_path / "in/a.jpg"), str(tmp_path / "in"), f"{tmp_path}/in/../in/a.jpg"]
    found = discover(inputs)
    assert names(found) == ["a.jpg", "link.jpg"]
    assert found.ignored == 0


def test_links_to_one_image_are_inputs_of_their_own(tmp_path: Path) -> None:
    touch(tmp_path, "all/1.jpg")
    for split in ("train", "val"):
        (tmp_path / split).mkdir()
        (tmp_path / split / "1.jpg").symlink_to(tmp_path / "all/1.jpg")
    assert names(discover([str(tmp_path)])) == ["all/1.jpg", "train/1.jpg", "val/1.jpg"]


def test_a_folder_that_is_met_again_is_counted(tmp_path: Path) -> None:
    touch(tmp_path, "in/all/1.jpg")
    (tmp_path / "in/same").symlink_to(tmp_path / "in/all")
    found = discover([str(tmp_path / "in")])
    assert (names(found), found.ignored) == (["all/1.jpg"], 1)


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    touch(tmp_path, "in/a.jpg", "elsewhere/b.jpg")
    (tmp_path / "in/other").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in/self").symlink_to(tmp_path / "in")
    (tmp_path / "elsewhere/back").symlink_to(tmp_path / "in")
    assert names(discover([str(tmp_path / "in")])) == ["a.jpg", "other/b.jpg"]


def test_namesakes_get_their_folder_in_front(tmp_path: Path) -> None:
    touch(tmp_path, "one/a.jpg", "two/a.jpg", "two/b.jpg")
    assert names(discover([str(tmp_path / "one"), str(tmp_path / "two")])) == [
        "one/a.jpg",
        "two/a.jpg",
        "b.jpg",
    ]
    assert names(discover([str(tmp_path / "one/a.jpg"), str(tmp_path / "two/a.jpg")])) == [
        "one/a.jpg",
        "two/a.jpg",
    ]


def test_namesakes_in_namesake_folders_get_more_folders_in_front(tmp_path: Path) -> None:
    touch(tmp_path, "one/in/a.jpg", "two/in/a.jpg", "two/in/b.jpg")
    assert names(discover([str(tmp_path / "one/in"), str(tmp_path / "two/in")])) == [
        "one/in/a.jpg",
        "two/in/a.jpg",
        "b.jpg",
    ]
    listed = [str(tmp_path / f"{person}/in/a.jpg") for person in ("one", "two")]
    assert names(discover(listed)) == ["one/in/a.jpg", "two/in/a.jpg"]


def test_a_prefix_does_not_run_into_another_name(tmp_path: Path) -> None:
    touch(tmp_path, "one/a.jpg", "two/a.jpg", "three/one/a.jpg")
    found = discover([str(tmp_path / "one"), str(tmp_path / "two"), str(tmp_path / "three")])
    assert names(found) == [
        f"{tmp_path.name}/one/a.jpg",
        f"{tmp_path.name}/two/a.jpg",
        "three/one/a.jpg",
    ]


@pytest.mark.parametrize("inputs", [["one"], ["one/in/a.jpg", "two"], ["two/**/*.jpg", "one/in"], ["."]])
def test_a_root_names_files_alike_whatever_else_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inputs: list[str]
) -> None:
    touch(tmp_path, "one/in/a.jpg", "two/in/a.jpg")
    monkeypatch.chdir(tmp_path)
    for root in (".", str(tmp_path), "one/.."):
        assert "one/in/a.jpg" in names(discover([*inputs, "one/in/a.jpg"], root=root))


def test_an_input_outside_of_the_root_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "one/a.jpg", "two/a.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "one")
    with pytest.raises(UsageError, match="is not below"):
        discover([str(tmp_path)], root=str(tmp_path / "one"))
    assert names(discover([str(tmp_path / "link")], root=str(tmp_path / "one"))) == ["a.jpg"]


def test_the_current_folder_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "here/a.jpg", "there/a.jpg")
    monkeypatch.chdir(tmp_path / "here")
    assert names(discover([".", "../there"])) == ["here/a.jpg", "there/a.jpg"]


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    found = discover([str(tmp_path / "nothing"), str(tmp_path / "pipe"), "/dev/null", "bad\0name"])
    assert not found.files
    reasons = dict(found.missing)
    assert reasons[str(tmp_path / "nothing")] == "no such file or folder"
    assert "not a regular file" in reasons[str(tmp_path / "pipe")]
    assert "not a regular file" in reasons["/dev/null"]
    assert reasons["bad\0name"].startswith("cannot be read")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("rtsp://camera/stream", "ffmpeg -i rtsp://camera/stream"),
        ("0", "cameras are not read"),
        ("shots/frame_%05d.png", "its folder cannot be read"),
        ("clip.mp4", "no such file or folder"),
    ],
)
def test_what_is_no_file_here_gets_advice(text: str, advice: str) -> None:
    ((name, reason),) = discover([text]).missing
    assert name == text
    assert advice in reason


def test_special_files_in_a_folder_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    touch(tmp_path, "a.jpg")
    found = discover([str(tmp_path)])
    assert (names(found), found.ignored, found.missing) == (["a.jpg"], 1, ())


@pytest.mark.parametrize("name", ["a.m4a", "a.m4b", "a.wma", "a.mka", "a.MP3", "a.weba", "a.opus"])
def test_sound_in_a_folder_is_ignored(tmp_path: Path, name: str) -> None:
    """Though its first bytes may be those of a video."""
    touch(tmp_path, "a.jpg")
    matroska, asf = b"\x1a\x45\xdf\xa3", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
    head = {".mka": matroska, ".weba": matroska, ".wma": asf}.get(Path(name).suffix, b"\0\0\0\x20ftypM4A ")
    (tmp_path / name).write_bytes(head + bytes(600))
    found = discover([str(tmp_path)])
    assert (names(found), found.ignored, found.missing) == (["a.jpg"], 1, ())
    assert names(discover([str(tmp_path / name)])) == [name]  # who names it gets to hear what is wrong


def test_a_broken_link_is_told(tmp_path: Path) -> None:
    (tmp_path / "gone.jpg").symlink_to("nowhere")
    found = discover([str(tmp_path)])
    assert found.missing == ((f"{tmp_path}/gone.jpg", "cannot be read: No such file or directory"),)


def test_a_link_to_itself_costs_only_itself(tmp_path: Path) -> None:
    touch(tmp_path, "in/sub/1.jpg", "in/sub/2.jpg")
    loop = tmp_path / "in/sub/loop.jpg"
    loop.symlink_to("loop.jpg")
    found = discover([str(tmp_path / "in")])
    assert names(found) == ["sub/1.jpg", "sub/2.jpg"]
    ((path, reason),) = found.missing
    assert path == str(loop)
    assert reason.startswith("cannot be read: Too many levels of symbolic links")


def hold_results(folder: Path, *overlays: str) -> None:
    """Leave what a run with overlays leaves in its results folder."""
    with locked(folder):
        touch(folder, *(f"overlay/{name}" for name in overlays), "keypoints/thumb.png")
        (folder / "run.json").write_text("{}")


def test_results_are_no_inputs(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "sub/b.jpg")
    hold_results(tmp_path / "movenet-out", "a.jpg", "sub/b.jpg")
    found = discover([str(tmp_path)])
    assert (names(found), found.ignored, found.missing) == (["a.jpg", "sub/b.jpg"], 1, ())
    assert names(discover([f"{tmp_path}/**/*.jpg"])) == ["a.jpg", "sub/b.jpg"]


def test_results_beside_their_inputs_are_no_inputs(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "sub/b.jpg", "sub/overlay/c.jpg")
    hold_results(tmp_path, "a.jpg", "sub/b.jpg")
    found = discover([str(tmp_path)])
    assert names(found) == ["a.jpg", "sub/b.jpg", "sub/overlay/c.jpg"]
    assert found.ignored == 3  # overlay, keypoints, run.json


def test_overlays_can_be_named_as_inputs(tmp_path: Path) -> None:
    hold_results(tmp_path / "out", "a.jpg")
    assert names(discover([str(tmp_path / "out/overlay")])) == ["a.jpg"]
    assert names(discover([f"{tmp_path}/out/overlay/*.jpg"])) == ["a.jpg"]


def test_an_unreadable_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a.jpg", "locked/b.jpg")
    scandir = os.scandir

    def guarded(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    found = discover([str(tmp_path)])
    assert names(found) == ["a.jpg"]
    assert found.missing == ((f"{tmp_path}/locked", "folder cannot be read: Permission denied"),)


def test_odd_names_survive(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    odd = [b"new\nline.jpg", b"not-utf8-\xff.jpg", b"space s.jpg", b"x" * 251 + b".jpg"]
    for name in odd:
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(JPEG)
    found = discover([str(tmp_path)])
    assert {os.fsencode(file.name) for file in found.files} == set(odd)
    assert all(file.path.read_bytes() == JPEG for file in found.files)


def test_deep_folders(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(600):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "a.jpg").write_bytes(JPEG)
    assert names(discover([str(tmp_path)])) == ["d/" * 600 + "a.jpg"]


@pytest.mark.parametrize(
    ("data", "null", "expected"),
    [
        (b"a.jpg\nb c.jpg\n\n", False, ["a.jpg", "b c.jpg"]),
        (b"a.jpg\r\nb.jpg", False, ["a.jpg", "b.jpg"]),
        (b"a\nb.jpg\0c.jpg\0", True, ["a\nb.jpg", "c.jpg"]),
        (b"\xff.jpg\n", False, [os.fsdecode(b"\xff.jpg")]),
        (b"", False, []),
    ],
)
def test_paths_from_a_stream(data: bytes, null: bool, expected: list[str]) -> None:
    assert read_paths(io.BytesIO(data), null=null) == expected


@pytest.mark.parametrize("null", [False, True])
def test_an_image_in_the_place_of_paths(null: bool) -> None:
    for data in (JPEG, b"\x00\x00\x00\x18ftypmp42" + bytes(2000)):
        with pytest.raises(InputError, match=r"holds an image or video.* --stdin-media"):
            read_paths(io.BytesIO(data), null=null)


def test_other_bytes_in_the_place_of_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="--null"):
        read_paths(io.BytesIO(b"a.jpg\0b.jpg\0"), null=False)
    monkeypatch.chdir(tmp_path)
    touch(tmp_path, "moov/a.jpg", "abc/free.jpg")  # `free` stands where a video has it
    assert read_paths(io.BytesIO(b"abc/free.jpg\0moov/a.jpg\0"), null=True) == ["abc/free.jpg", "moov/a.jpg"]


def test_many_namesakes_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    cameras = [f"cam{number}" for number in range(3)]
    frames = [f"{number}.jpg" for number in range(700)]  # more than are written or read at once
    touch(tmp_path, *(f"{camera}/{frame}" for camera in cameras for frame in frames))
    found = discover([str(tmp_path / camera) for camera in cameras])
    assert names(found) == [f"{camera}/{frame}" for camera in cameras for frame in frames]
    assert names(discover([str(tmp_path / "cam1")])) == frames
    below = discover([str(tmp_path / "cam1")], root=str(tmp_path))
    assert names(below) == [f"cam1/{frame}" for frame in frames]


def test_a_part_of_the_inputs_keeps_their_places_among_all(tmp_path: Path) -> None:
    touch(tmp_path, *(f"{number}.jpg" for number in range(10)))
    files = discover([str(tmp_path)]).files
    part = files.part(lambda name: name in ("7.jpg", "3.jpg"))
    assert [file.name for file in part] == ["3.jpg", "7.jpg"]
    assert (len(part), len(files)) == (2, 10)
    assert [part.position(name) for name in ("3.jpg", "7.jpg", "no.jpg")] == [3, 7, None]


def test_no_room_for_the_list_of_inputs_ends_the_run_before_it_starts(
    a_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    touch(tmp_path, *(f"{number}.jpg" for number in range(2000)))
    monkeypatch.setattr(scratch, "_PRAGMAS", f"{scratch._PRAGMAS} PRAGMA max_page_count = 20;")
    out = tmp_path / "out"
    assert run(["annotate", str(tmp_path), "-m", str(a_model), "-o", str(out)]) == ExitCode.OUTPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("movenet: cannot write a temporary file: database or disk is full; ")
    assert "set TMPDIR" in line
    assert not out.exists()
