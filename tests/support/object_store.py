"""An S3-compatible server on 127.0.0.1, for the tests that have one installed; it can refuse, and counts."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

_SLOW_DOWN = b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please wait</Message></Error>'
_DENIED = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Go away</Message></Error>'


@dataclass
class Server:
    """A running server.

    Attributes:
        address: of it.
        requests: method and path of every request so far.
    """

    address: str = ""
    requests: list[str] = field(default_factory=list)
    _refuses_until: float = 0.0
    _denies: Callable[[str], bool] | None = None

    def refuse(self, seconds: float) -> None:
        """Answer 503 for a while, from now on."""
        self._refuses_until = time.monotonic() + seconds

    def deny(self, which: Callable[[str], bool] | None) -> None:
        """Answer 403 to requests, told by method and path."""
        self._denies = which

    def application(self, inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """The WSGI application that stands before the server's."""

        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
            self.requests.append(request)
            refusal = None
            if self._denies is not None and self._denies(request):
                refusal = "403 Forbidden", _DENIED
            elif time.monotonic() < self._refuses_until:
                refusal = "503 Slow Down", _SLOW_DOWN
            if refusal is None:
                return inner(environ, start)
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start(refusal[0], [("Content-Type", "application/xml"), ("Content-Length", str(len(refusal[1])))])
            return [refusal[1]]

        return answer


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    """A server within the block; its address. Skips the test where none is installed."""
    with faulty_s3_server() as server:
        yield server.address


@contextlib.contextmanager
def faulty_s3_server() -> Iterator[Server]:
    """The same, with what makes it refuse."""
    moto = pytest.importorskip("moto.server")
    serving = pytest.importorskip("werkzeug.serving")
    pytest.importorskip("s3fs").S3FileSystem.clear_instance_cache()  # one that knows an earlier server
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = Server()
    application = server.application(moto.DomainDispatcherApplication(moto.create_backend_app))
    http = serving.make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server.address = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def environment(address: str) -> dict[str, str]:
    """The variables by which the store's library finds the server."""
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "topsecret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "no_proxy": "127.0.0.1",
    }
