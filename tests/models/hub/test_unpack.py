"""Unpacking: good archives give a model, every bad one an `ArchiveError`, and nothing lands elsewhere."""

import gzip
import io
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movenet_cli.models.hub import unpack as unpack_module
from movenet_cli.models.hub.catalogue import Form
from movenet_cli.models.hub.unpack import ArchiveError, unpack
from tests.support.hub import SAVED_MODEL, TFLITE, regular, special, tar, tar_gz


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder to unpack in; whatever the archive, nothing may appear beside it."""
    place = tmp_path / "place"
    place.mkdir()
    yield place
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def unpacked(place: Path, content: bytes, form: Form = "saved_model") -> Path:
    download, target = place / "download", place / "model"
    download.write_bytes(content)
    unpack(download, form, target)
    return target


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }


def refused(place: Path, content: bytes, form: Form = "saved_model") -> str:
    """Check that a file is refused and leaves no model; return why."""
    with pytest.raises(ArchiveError) as caught:
        unpacked(place, content, form)
    assert not (place / "model").exists()
    return str(caught.value)


@pytest.mark.parametrize("prefix", ["", "./", "movenet/", "a/b/"])
def test_a_saved_model_comes_out_as_it_went_in(place: Path, prefix: str) -> None:
    assert files_of(unpacked(place, tar_gz(SAVED_MODEL, prefix))) == SAVED_MODEL


def test_folders_are_welcome_and_permissions_ignored(place: Path) -> None:
    folder, _ = special("variables/", tarfile.DIRTYPE)
    folder.mode = 0
    members = []
    for name, content in SAVED_MODEL.items():
        info, data = regular(name, content)
        info.mode, info.uid = 0o7000, 12345
        members.append((info, data))
    model = unpacked(place, gzip.compress(tar((folder, b""), *members)))
    assert files_of(model) == SAVED_MODEL
    assert all(not file.stat().st_mode & 0o7000 for file in model.rglob("*"))


def test_several_shards(place: Path) -> None:
    shards = {f"variables/variables.data-0000{shard}-of-00003": b"shard" for shard in range(3)}
    files = {"saved_model.pb": b"graph", "variables/variables.index": b"index", **shards}
    assert files_of(unpacked(place, tar_gz(files))) == files


def test_a_bare_tflite(place: Path) -> None:
    assert unpacked(place, TFLITE, "tflite").read_bytes() == TFLITE


def test_a_tflite_in_an_archive(place: Path) -> None:
    assert unpacked(place, tar_gz({"4.tflite": TFLITE}), "tflite").read_bytes() == TFLITE


@pytest.mark.parametrize(
    "name", ["../evil", "a/../../evil", "/evil", "..", "a\\..\\evil", "C:/evil", "e\nvil", "a" * 300, "ä"]
)
def test_unsafe_names(place: Path, name: str) -> None:
    content = gzip.compress(tar(*(regular(name, data) for name, data in SAVED_MODEL.items()), regular(name)))
    assert "unsafe path" in refused(place, content)


def test_unsafe_folder_names(place: Path) -> None:
    assert "unsafe path" in refused(place, gzip.compress(tar(special("../evil", tarfile.DIRTYPE))))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices(place: Path, kind: bytes) -> None:
    members = [regular(name, data) for name, data in SAVED_MODEL.items()]
    assert "other than plain files" in refused(
        place, gzip.compress(tar(special("link", kind, "/etc/passwd"), *members))
    )


def test_writing_through_a_link(place: Path) -> None:
    content = gzip.compress(tar(special("out", tarfile.SYMTYPE, ".."), regular("out/evil")))
    assert "other than plain files" in refused(place, content)


def test_a_path_named_twice(place: Path) -> None:
    assert "twice" in refused(place, gzip.compress(tar(regular("a"), regular("a"))))


def test_a_file_that_is_a_folder_too(place: Path) -> None:
    assert "twice" in refused(place, gzip.compress(tar(regular("a"), regular("a/b"))))


def test_a_bomb(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack_module, "MAX_UNPACKED", 3_000_000)
    content = tar_gz(SAVED_MODEL | {"bomb": bytes(10_000_000)})
    assert len(content) < 1_000_000
    assert "grows beyond 3 MB" in refused(place, content)
    assert (place / "unzipped.tar").stat().st_size <= 3_000_000


def test_too_many_members(place: Path) -> None:
    content = gzip.compress(tar(*(regular(f"file{number}", b"") for number in range(1001))))
    assert "more than 1000 members" in refused(place, content)


@pytest.mark.parametrize(
    "missing", ["saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"]
)
def test_missing_parts(place: Path, missing: str) -> None:
    files = {name: content for name, content in SAVED_MODEL.items() if name != missing}
    reason = refused(place, tar_gz(files))
    assert ("no SavedModel" if missing == "saved_model.pb" else "variables of its SavedModel") in reason


@pytest.mark.parametrize(
    "empty", ["saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"]
)
def test_empty_parts(place: Path, empty: str) -> None:
    refused(place, tar_gz(SAVED_MODEL | {empty: b""}))


def test_a_missing_shard(place: Path) -> None:
    files = SAVED_MODEL | {"variables/variables.data-00000-of-00001": b""}
    files = {name: content for name, content in files.items() if content}
    assert "variables of its SavedModel are missing" in refused(
        place, tar_gz(files | {"variables/variables.data-00000-of-00002": b"shard"})
    )


def test_two_saved_models(place: Path) -> None:
    content = tar_gz({"a/saved_model.pb": b"graph", "b/saved_model.pb": b"graph"})
    assert "several SavedModels" in refused(place, content)


def test_a_tar_cut_at_a_member_boundary(place: Path) -> None:
    whole = gzip.decompress(tar_gz(SAVED_MODEL))
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        last = archive.getmembers()[-1].offset
    assert "variables of its SavedModel are missing" in refused(place, gzip.compress(whole[:last]))


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.999])
def test_a_truncated_archive(place: Path, share: float) -> None:
    content = tar_gz(SAVED_MODEL)
    assert "damaged" in refused(place, content[: int(len(content) * share)])


def test_a_flipped_byte_in_the_middle(place: Path) -> None:
    content = bytearray(tar_gz(SAVED_MODEL))
    content[len(content) // 2] ^= 1
    assert "damaged" in refused(place, bytes(content))


def test_a_wrong_checksum_at_the_very_end(place: Path) -> None:
    content = bytearray(tar_gz(SAVED_MODEL))
    content[-8] ^= 1
    assert "gzip data are damaged" in refused(place, bytes(content))


@pytest.mark.parametrize(
    "content", [b"", b"<html>log in</html>", b"\x1f\x8b", b"PK\x03\x04" + bytes(100), tar(regular("a"))]
)
def test_what_is_no_archive(place: Path, content: bytes) -> None:
    assert refused(place, content)


@pytest.mark.parametrize(
    "content", [b"", b"<html>log in</html>", TFLITE[:6], b"TFL3" + TFLITE, tar_gz(SAVED_MODEL)]
)
def test_what_is_no_tflite(place: Path, content: bytes) -> None:
    assert refused(place, content, "tflite")


def test_two_tflite_files(place: Path) -> None:
    assert "2 .tflite files" in refused(place, tar_gz({"a.tflite": TFLITE, "b.tflite": TFLITE}), "tflite")


def header(kind: bytes, size: int) -> bytes:
    """The header block of a member that claims a size."""
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("size", [-1024, -512, 8**11, 2**62, 2**80])
@pytest.mark.parametrize("kind", [b"0", b"5", b"7", b"L", b"K", b"x", b"g", b"S"])
def test_sizes_that_cannot_be(place: Path, kind: bytes, size: int) -> None:
    first = tar(regular("a"))[:1024]
    refused(place, gzip.compress(first + header(kind, size) + tar(regular("b"))))


def test_a_file_with_holes(place: Path) -> None:
    """GNU's sparse files claim a size that is not in the archive; 8 TB here."""
    block = bytearray(header(tarfile.GNUTYPE_SPARSE, 512))
    block[386:410] = b"00000000000\000000001000\0"
    block[483:495] = b"77777777777\0".rjust(12, b"7")
    content = bytearray(block + b"x" * 512 + tar(regular("a")))
    _seal(content, 0)
    assert "other than plain files" in refused(place, gzip.compress(content))


@pytest.mark.parametrize("kind", [b"L", b"x"])
def test_headers_nested_without_end(place: Path, kind: bytes) -> None:
    assert "damaged" in refused(place, gzip.compress(header(kind, 0) * 3000 + tar(regular("a"))))


@settings(max_examples=200, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 511), st.integers(0, 255)), max_size=8),
    length=st.integers(0, 4096),
)
def test_mangled_headers_never_raise_anything_else(changes: list[tuple[int, int, int]], length: int) -> None:
    content = bytearray(tar(*(regular(name, b"y" * 40) for name in SAVED_MODEL)))[:4096]
    for block, offset, value in changes:
        content[block * 512 + offset] = value
        _seal(content, block * 512)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "place")
        place.mkdir()
        with suppress(ArchiveError):
            unpacked(place, gzip.compress(content[:length]))
        assert [path.name for path in Path(folder).iterdir()] == ["place"]


def _seal(content: bytearray, start: int) -> None:
    """Make the checksum of a header block right, so that the header is read."""
    content[start + 148 : start + 156] = b" " * 8
    content[start + 148 : start + 156] = b"%06o\0 " % sum(content[start : start + 512])
