"""Downloading from a real server on 127.0.0.1: whole files, and every way in which one can fail to come."""

import contextlib
import errno
import io
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from movenet_cli import __version__
from movenet_cli.errors import UsageError
from movenet_cli.io import http
from movenet_cli.models.hub import download as download_module
from movenet_cli.models.hub.download import DownloadError, download, mirrored, without_password
from tests.support.hub import Answer, Hub, redirect

BODY = bytes(range(256)) * 4000


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A server, and a client that does not pause between its attempts."""
    monkeypatch.setattr(http, "RETRY", http.RETRY.new(backoff_factor=0))
    monkeypatch.setattr(http, "READ_SECONDS", 5.0)
    with Hub() as hub:
        yield hub


def silent(received: int, expected: int | None) -> None:
    """No progress."""


def failure(hub: Hub, target: Path, path: str = "/model") -> str:
    with pytest.raises(DownloadError) as caught:
        download(hub.url + path, target, silent)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_comes_whole(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/model?format=compressed"] = [Answer(body=BODY)]
    download(f"{hub.url}/model?format=compressed", tmp_path / "file", silent)
    assert (tmp_path / "file").read_bytes() == BODY
    assert hub.requests == ["/model?format=compressed"]
    assert hub.headers[0]["User-Agent"] == f"movenet-cli/{__version__}"
    assert hub.headers[0]["Accept-Encoding"] == "identity"


def test_progress_ends_at_the_length(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/model"] = [Answer(body=BODY)]
    seen: list[tuple[int, int | None]] = []
    download(f"{hub.url}/model", tmp_path / "file", lambda *numbers: seen.append(numbers))
    assert seen == sorted(seen)
    assert seen[-1] == (len(BODY), len(BODY))
    assert len(seen) > 1


def test_redirects_are_followed(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/model"] = [redirect("/hop")]
    hub.answers["/hop"] = [redirect(f"{hub.url}/storage")]
    hub.answers["/storage"] = [Answer(body=BODY)]
    download(f"{hub.url}/model", tmp_path / "file", silent)
    assert (tmp_path / "file").read_bytes() == BODY


def test_redirects_in_a_circle(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/model"] = [redirect("/model")]
    assert failure(hub, tmp_path / "file") == "too many redirects"


def test_a_redirect_to_another_scheme(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/model"] = [redirect("file:///etc/passwd")]
    assert failure(hub, tmp_path / "file") == "not a usable address"


def test_chunks_need_no_length(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/model"] = [Answer(body=BODY, chunked=True)]
    download(f"{hub.url}/model", tmp_path / "file", silent)
    assert (tmp_path / "file").read_bytes() == BODY


def test_bytes_are_kept_as_they_were_sent(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/model"] = [Answer(body=BODY, headers={"Content-Encoding": "gzip"})]
    download(f"{hub.url}/model", tmp_path / "file", silent)
    assert (tmp_path / "file").read_bytes() == BODY


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_refusals_are_final(hub: Hub, tmp_path: Path, status: int) -> None:
    hub.answers["/model"] = [Answer(status), Answer(body=BODY)]
    assert failure(hub, tmp_path / "file") == f"HTTP {status} for /model"
    assert len(hub.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_trouble_of_the_server_is_waited_out(hub: Hub, tmp_path: Path, status: int) -> None:
    hub.answers["/model"] = [
        Answer(status, headers={"Retry-After": "3600"}),
        Answer(status),
        Answer(body=BODY),
    ]
    download(f"{hub.url}/model", tmp_path / "file", silent)
    assert (tmp_path / "file").read_bytes() == BODY
    assert len(hub.requests) == 3


def test_lasting_trouble_of_the_server(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/model"] = [Answer(503)]
    assert failure(hub, tmp_path / "file") == "HTTP 503 for /model"
    assert len(hub.requests) == 4


def test_a_web_page_instead_of_a_file(hub: Hub, tmp_path: Path) -> None:
    page = Answer(body=b"<html>log in</html>", headers={"Content-Type": "text/html; charset=utf-8"})
    hub.answers["/model"] = [page]
    assert "web page" in failure(hub, tmp_path / "file")


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("cut_at", [0, 1, 500_000, len(BODY) - 1])
def test_a_cut_connection(hub: Hub, tmp_path: Path, cut_at: int, chunked: bool) -> None:
    hub.answers["/model"] = [Answer(body=BODY, cut_at=cut_at, chunked=chunked)]
    assert "connection was cut" in failure(hub, tmp_path / "file")


def test_a_body_longer_than_said_is_cut_to_length(hub: Hub, tmp_path: Path) -> None:
    hub.answers["/model"] = [Answer(body=BODY, headers={"Content-Length": "1000"})]
    download(f"{hub.url}/model", tmp_path / "file", silent)
    assert (tmp_path / "file").read_bytes() == BODY[:1000]


@pytest.mark.parametrize("length", [None, "many", "-5"])
def test_an_unknown_length(hub: Hub, tmp_path: Path, length: str | None) -> None:
    hub.answers["/model"] = [Answer(body=BODY, headers={"Content-Length": length})]
    assert failure(hub, tmp_path / "file")


def test_chunks_that_are_none(hub: Hub, tmp_path: Path) -> None:
    headers = {"Content-Length": None, "Transfer-Encoding": "chunked"}
    hub.answers["/model"] = [Answer(body=BODY, headers=headers)]
    assert failure(hub, tmp_path / "file") == "the connection was cut"


@pytest.mark.parametrize("hops", [["https:", "http:"], ["https:", "http:", "https:"]])
def test_a_redirect_out_of_encryption(hops: list[str]) -> None:
    *history, response = [requests.Response() for _ in hops]
    for hop, scheme in zip((*history, response), hops, strict=True):
        hop.url, hop.status_code = f"{scheme}//models.invalid/model", 200
    response.history, response.headers["Content-Length"] = history, "5"
    with pytest.raises(DownloadError, match="without encryption"):
        http.check_head(response)
    response.history = history[:0]
    http.check_head(response)
    assert download_module._expected_length(response) == 5


def test_a_server_that_stalls(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    hub.answers["/model"] = [Answer(body=BODY, stall_at=500_000)]
    assert failure(hub, tmp_path / "file") == "the server stopped answering"


def test_a_server_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    monkeypatch.setattr(http, "RETRY", http.RETRY.new(backoff_factor=0))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/model"
        with pytest.raises(DownloadError, match="the server stopped answering"):
            download(address, tmp_path / "file", silent)


class RawServer:
    """Says `start` to whoever asks, then `more` again and again until the client goes away."""

    def __init__(self, start: bytes, more: bytes = b"", pause: float = 0) -> None:
        self._start, self._more, self._pause = start, more, pause
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/model"
        self.gone = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "RawServer":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with client:
                    client.recv(65536)
                    client.sendall(self._start)
                    while self._more:
                        client.sendall(self._more)
                        self.gone.wait(self._pause)


@pytest.mark.parametrize(
    ("start", "more"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n", b"x", id="a slow body"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", id="slow chunks"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"A", id="a slow header"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="continue without end"),
        pytest.param(b"", b"H", id="a slow start"),
    ],
)
def test_a_server_that_is_slow_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: bytes, more: bytes
) -> None:
    monkeypatch.setattr(http, "SLOW_SECONDS", 0.3)
    with RawServer(start, more, pause=0.05) as server, pytest.raises(DownloadError, match="too slow"):
        download(server.url, tmp_path / "file", silent)


def test_no_download_takes_longer_than_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SLOW_SECONDS", 0.1)
    monkeypatch.setattr(http, "SLOW_BYTES", 0)
    monkeypatch.setattr(download_module, "_LONGEST_SECONDS", 0.3)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n"
    with (
        RawServer(head, b"x" * 60_000, pause=0.01) as server,
        pytest.raises(DownloadError, match="longer than an hour"),
    ):
        download(server.url, tmp_path / "file", silent)


@pytest.mark.parametrize("length", ["9" * 20, "9" * 5000, "0" * 5000])
def test_a_length_that_is_no_models(hub: Hub, tmp_path: Path, length: str) -> None:
    hub.answers["/model"] = [Answer(body=BODY, headers={"Content-Length": length})]
    assert "larger than 256 MB" in failure(hub, tmp_path / "file")


@pytest.mark.parametrize(
    "location",
    ["http://[::1", "http://[nothing]/", "http://a:99999999/", "http://" + "a" * 70_000, "//", "http:///x",
     "http://\u0130.\u0130/", "http://a..b/", "\\\\", "http://a%zz/", "?" * 9000, "http://[fe80::1%25x]:x/"],
)  # fmt: skip
def test_a_broken_redirection(hub: Hub, tmp_path: Path, location: str) -> None:
    hub.answers["/model"] = [redirect(location.encode().decode("latin-1"))]
    assert failure(hub, tmp_path / "file")


@pytest.mark.parametrize(
    "answer",
    [
        b"\0", b"\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 two OK\r\n\r\n", b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA" + b"a" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFFF\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xd9\xa3\r\n\r\nxyz",
    ],
)  # fmt: skip
def test_an_answer_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(http, "RETRY", http.RETRY.new(backoff_factor=0))
    with RawServer(answer) as server, pytest.raises(DownloadError) as caught:
        download(server.url, tmp_path / "file", silent)
    assert "\n" not in str(caught.value)


def test_no_server(hub: Hub, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DownloadError) as caught:
        download(f"http://127.0.0.1:{port}/model", tmp_path / "file", silent)
    assert str(caught.value) == "no connection"


def test_no_such_host(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="the host is not found"):
        download("http://models.invalid/model", tmp_path / "file", silent)


def test_a_server_without_tls(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="TLS"):
        download(hub.url.replace("http:", "https:") + "/model", tmp_path / "file", silent)


def test_the_proxy_of_the_environment_is_asked(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", hub.url)
    monkeypatch.setenv("no_proxy", "")
    hub.answers["http://models.invalid/model"] = [Answer(body=BODY)]
    download("http://models.invalid/model", tmp_path / "file", silent)
    assert (tmp_path / "file").read_bytes() == BODY


def test_a_dead_proxy(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(DownloadError, match="proxy"):
        download("http://models.invalid/model", tmp_path / "file", silent)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_that_is_too_large(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunked: bool
) -> None:
    monkeypatch.setattr(download_module, "MAX_BYTES", 600_000)
    hub.answers["/model"] = [Answer(body=BODY, chunked=chunked)]
    assert "larger than" in failure(hub, tmp_path / "file")
    file = tmp_path / "file"
    assert file.stat().st_size <= 600_000 if chunked else not file.exists()


def test_a_full_disk_is_no_fault_of_the_server(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.answers["/model"] = [Answer(body=BODY)]
    monkeypatch.setattr(Path, "open", lambda *args, **kwargs: FullDisk())
    with pytest.raises(OSError, match="No space left") as caught:
        download(f"{hub.url}/model", tmp_path / "file", silent)
    assert caught.value.errno == errno.ENOSPC


class FullDisk(io.BytesIO):
    """A file that takes nothing."""

    def write(self, content: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/model", "http://", "nonsense", "http://[::1/model"])
def test_what_is_no_address(url: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError):
        download(url, tmp_path / "file", silent)


def test_a_mirror_takes_the_place_of_scheme_and_host() -> None:
    url = "https://tfhub.dev/google/movenet/thunder/4?tf-hub-format=compressed"
    path = "/google/movenet/thunder/4?tf-hub-format=compressed"
    assert mirrored(url, None) == url
    assert mirrored(url, "") == url
    assert mirrored(url, "http://127.0.0.1:8000") == f"http://127.0.0.1:8000{path}"
    assert mirrored(url, "https://models.example.org/hub/") == f"https://models.example.org/hub{path}"
    assert mirrored(url, "http://user:secret@models.lan") == f"http://user:secret@models.lan{path}"


@pytest.mark.parametrize(
    "mirror", ["models.example.org", "ftp://a.b", "/srv/models", "http://", "http://a?b", "http://a#b"]
)
def test_what_is_no_mirror(mirror: str) -> None:
    with pytest.raises(UsageError, match="base address"):
        mirrored("https://tfhub.dev/a", mirror)


def test_passwords_are_not_shown() -> None:
    assert without_password("http://user:secret@models.lan:80/a?b") == "http://models.lan:80/a?b"
    assert without_password("https://tfhub.dev/a?b") == "https://tfhub.dev/a?b"
