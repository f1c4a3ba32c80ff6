"""Files at web addresses, from a real server on 127.0.0.1: whole, or a reason why not; and their versions."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from movenet_cli.core.cancellation import CancellationToken, Cancelled
from movenet_cli.errors import MediaError
from movenet_cli.io import disk_room, http, web_file
from movenet_cli.io.remote import copy_remote, remote_status
from tests.support.hub import Answer, Hub, redirect

BODY = bytes(range(256)) * 4000
OLD = {"Last-Modified": "Fri, 05 Jan 2001 10:00:00 GMT"}
NEW = {"Last-Modified": format_datetime(datetime.now(timezone.utc) + timedelta(hours=1), usegmt=True)}
OLDER = {"Last-Modified": "Thu, 04 Jan 2001 10:00:00 GMT"}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A server, and a client that does not pause between its attempts."""
    monkeypatch.setattr(http, "RETRY", http.RETRY.new(backoff_factor=0))
    monkeypatch.setattr(web_file, "PAUSE", 0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Hub() as hub:
        yield hub


def failure(hub: Hub, target: Path, path: str = "/a.mp4") -> str:
    with pytest.raises(MediaError) as caught:
        copy_remote(hub.url + path, target)
    return str(caught.value)


def test_a_file_comes_whole(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/a.mp4"] = [Answer(body=BODY, headers={"ETag": '"one"'})]
    status = copy_remote(f"{hub.url}/a.mp4", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert status is not None
    assert status.size == len(BODY)
    assert remote_status(f"{hub.url}/a.mp4") == status


@pytest.mark.parametrize(
    "headers",
    [
        {"ETag": 'W/"one"'},
        {},
        {"ETag": "", "Last-Modified": "yesterday"},
        NEW,
    ],
)
def test_what_does_not_tell_versions_apart(hub: Hub, tmp_path: Path, headers: dict[str, str | None]) -> None:
    hub.answers["/a.mp4"] = [Answer(body=BODY, headers=headers)]
    assert copy_remote(f"{hub.url}/a.mp4", tmp_path / "a") is None


def test_versions_have_stamps_of_their_own(hub: Hub) -> None:
    answers = [{"ETag": '"one"'}, {"ETag": '"two"'}, OLD, OLDER]
    hub.answers["/a.mp4"] = [Answer(body=BODY, headers=dict(headers)) for headers in answers]
    found = [remote_status(f"{hub.url}/a.mp4") for _ in answers]
    assert None not in found
    assert len(set(found)) == len(answers)
    assert all(0 <= each.stamp < 2**63 for each in found if each)


def test_chunks_come_whole_and_tell_no_version(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/a.mp4"] = [Answer(body=BODY, chunked=True, headers={"ETag": '"one"'})]
    assert copy_remote(f"{hub.url}/a.mp4", tmp_path / "a") is None
    assert (tmp_path / "a").read_bytes() == BODY


@pytest.mark.parametrize("chunked", [False, True])
def test_a_transfer_that_breaks_off_is_begun_again(hub: Hub, tmp_path: Path, chunked: bool) -> None:
    cut = Answer(body=BODY, cut_at=500_000, chunked=chunked)
    hub.answers["/a.mp4"] = [cut, cut, Answer(body=BODY, chunked=chunked)]
    copy_remote(f"{hub.url}/a.mp4", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert len(hub.requests) == 3


def test_one_that_always_breaks_off_is_no_file(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/a.mp4"] = [Answer(body=BODY, cut_at=len(BODY) - 1)]
    reason = failure(hub, tmp_path / "a")
    assert reason == "cannot be downloaded: the connection was cut, in each of 3 attempts"
    assert len(hub.requests) == 3


def test_a_length_that_is_wrong(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/a.mp4"] = [Answer(body=BODY, headers={"Content-Length": str(len(BODY) + 1)})]
    assert "the connection was cut" in failure(hub, tmp_path / "a")


def test_a_busy_server_is_asked_again(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/a.mp4"] = [Answer(500), Answer(503), Answer(body=BODY)]
    copy_remote(f"{hub.url}/a.mp4", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY


@pytest.mark.parametrize(
    ("answer", "reason", "requests"),
    [
        (Answer(404), "HTTP 404", 1),
        (Answer(403), "HTTP 403", 1),
        (Answer(500), "HTTP 500", 4),
        (Answer(206, BODY), "HTTP 206", 1),
        (Answer(200, b"<html>", {"Content-Type": "text/html"}), "a web page came", 1),
        (Answer(200, BODY, {"Content-Type": "multipart/x-mixed-replace; boundary=x"}), "live stream", 1),
        (Answer(200, BODY, {"Content-Encoding": "gzip"}), "compresses it", 1),
        (Answer(200, BODY, {"Content-Length": None}), "a cut would go unnoticed", 1),
    ],
)
def test_answers_that_are_not_the_file(
    hub: Hub, tmp_path: Path, answer: Answer, reason: str, requests: int
) -> None:
    hub.answers["/a.mp4"] = [answer]
    assert reason in failure(hub, tmp_path / "a")
    assert len(hub.requests) == requests


def test_a_server_that_stalls(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    hub.answers["/a.mp4"] = [Answer(body=BODY, stall_at=500_000)]
    assert "the server stopped answering" in failure(hub, tmp_path / "a")
    assert len(hub.requests) == 3


def test_tls_that_is_none(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="TLS"):
        copy_remote(hub.url.replace("http:", "https:") + "/a.mp4", tmp_path / "a")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:,x"])
def test_a_redirect_leads_to_no_other_kind_of_address(hub: Hub, tmp_path: Path, target: str) -> None:
    hub.answers["/a.mp4"] = [redirect(target)]
    assert "not a usable address" in failure(hub, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_redirect_to_another_place_is_followed(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/a.mp4"] = [redirect("/elsewhere")]
    hub.answers["/elsewhere"] = [Answer(body=BODY)]
    copy_remote(f"{hub.url}/a.mp4", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY


def test_reasons_hold_no_secret(hub: Hub, tmp_path: Path) -> None:
    address = hub.url.replace("http://", "http://me:secret@")
    for path in ("/a.mp4?X-Amz-Signature=secret", "/moved?sig=secret"):
        hub.answers["/moved?sig=secret"] = [redirect("file:///secret")]
        with pytest.raises(MediaError) as caught:
            copy_remote(address + path, tmp_path / "a")
        assert "secret" not in str(caught.value)


def test_user_and_password_are_sent(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/a.mp4"] = [Answer(body=BODY)]
    copy_remote(hub.url.replace("http://", "http://me:secret@") + "/a.mp4", tmp_path / "a")
    assert hub.headers[0]["Authorization"] == "Basic bWU6c2VjcmV0"


def test_cancelling_ends_a_transfer_at_once(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/a.mp4"] = [Answer(body=BODY, stall_at=500_000)]
    token = CancellationToken()

    def check() -> None:
        if hub.stalled.is_set():
            token.cancel()
        token.check()

    with pytest.raises(Cancelled):
        copy_remote(f"{hub.url}/a.mp4", tmp_path / "a", check)


@pytest.mark.parametrize("chunked", [False, True])
def test_the_disk_is_never_filled(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunked: bool
) -> None:
    hub.answers["/a.mp4"] = [Answer(body=BODY, chunked=chunked)]

    def disk_usage(folder: Path) -> SimpleNamespace:
        written = sum(path.stat().st_size for path in folder.iterdir())
        return SimpleNamespace(total=10**9, free=50_500_000 - written)

    monkeypatch.setattr(disk_room, "_STEP", 1 << 16)
    monkeypatch.setattr(disk_room.shutil, "disk_usage", disk_usage)
    assert "set TMPDIR" in failure(hub, tmp_path / "copy")
    written = (tmp_path / "copy").stat().st_size
    # Half a megabyte fits, as long as nobody knows that more will come.
    assert 0 < written < 600_000 if chunked else written == 0
