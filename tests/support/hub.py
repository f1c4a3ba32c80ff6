"""A model server on 127.0.0.1 that answers as Kaggle does, and worse; and the archives that it serves."""

import gzip
import io
import tarfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from movenet_cli.models.hub.catalogue import CATALOGUE

SAVED_MODEL = {
    "saved_model.pb": b"graph" * 400,
    "fingerprint.pb": b"fingerprint",
    "variables/variables.index": b"index" * 10,
    "variables/variables.data-00000-of-00001": bytes(range(256)) * 800,
}
"""Files that look like a SavedModel from outside."""

TFLITE = b"\x1c\x00\x00\x00TFL3" + bytes(range(256)) * 100


def tar_gz(files: Mapping[str, bytes], prefix: str = "./") -> bytes:
    """A gzipped tar of these files, named as TF Hub names them."""
    return gzip.compress(tar(*(regular(prefix + name, content) for name, content in files.items())), mtime=0)


def tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """A tar of these members."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def regular(name: str, content: bytes = b"x") -> tuple[tarfile.TarInfo, bytes]:
    """A plain file."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    return info, content


def special(name: str, kind: bytes, link: str = "") -> tuple[tarfile.TarInfo, bytes]:
    """A member that is no plain file."""
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = link
    return info, b""


def first_path(name: str) -> str:
    """Path and query of a model at the source that is asked first."""
    return _path(CATALOGUE[name].sources[0])


def second_path(name: str) -> str:
    """Path and query of a model at the source that is asked second."""
    return _path(CATALOGUE[name].sources[1])


def _path(source: str) -> str:
    parts = urlsplit(source)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@dataclass
class Answer:
    """One answer of the server.

    Attributes:
        status: of HTTP.
        body: what is sent.
        headers: in addition to Content-Length; None as a value leaves a header out.
        cut_at: close the connection after so many bytes of the body.
        stall_at: stop after so many bytes of the body until the server is released.
        chunked: send chunks instead of a length.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    cut_at: int | None = None
    stall_at: int | None = None
    chunked: bool = False


def redirect(path: str) -> Answer:
    """To another path of the same server, or another address."""
    return Answer(302, headers={"Location": path})


class Hub:
    """The server, running within a `with` block.

    Attributes:
        answers: path and query to the answers given one after the other; the last one is repeated.
        requests: path and query of every request, in order.
        headers: their headers.
        stalled: set when an answer has come to its `stall_at`.
        released: set it to let stalled answers go on.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.stalled = threading.Event()
        self.released = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Its address, to be given as the mirror."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Hub":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def publish(self, name: str, *answers: Answer) -> None:
        """Offer a model at the first source: its address redirects to a storage server."""
        storage = f"/storage/{name}"
        self.answers[first_path(name)] = [redirect(storage)]
        self.answers[storage] = list(answers)

    def publish_at_second(self, name: str, *answers: Answer) -> None:
        """Offer a model at the source that is asked second."""
        self.answers[second_path(name)] = list(answers)

    def next_answer(self, path: str, headers: dict[str, str]) -> Answer:
        """Note a request and choose its answer."""
        with self._lock:
            self.requests.append(path)
            self.headers.append(headers)
            answers = self.answers.get(path, [Answer(404, b"not here", {"Content-Type": "text/plain"})])
            return answers.pop(0) if len(answers) > 1 else answers[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        hub = self.server.hub
        answer = hub.next_answer(self.path, dict(self.headers))
        self.send_response(answer.status)
        length = (
            {"Transfer-Encoding": "chunked"} if answer.chunked else {"Content-Length": str(len(answer.body))}
        )
        for name, value in (length | dict(answer.headers)).items():
            if value is not None:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self._send_body(hub, answer)

    def _send_body(self, hub: Hub, answer: Answer) -> None:
        stop = next((at for at in (answer.cut_at, answer.stall_at) if at is not None), len(answer.body))
        self._write(answer, answer.body[:stop])
        if answer.cut_at is not None:
            return
        if answer.stall_at is not None:
            hub.stalled.set()
            hub.released.wait()
            self._write(answer, answer.body[stop:])
        if answer.chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _write(self, answer: Answer, content: bytes) -> None:
        if answer.chunked and content:
            content = b"%x\r\n%b\r\n" % (len(content), content)
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
