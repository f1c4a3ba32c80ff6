"""A Ray cluster on this machine: a head and further nodes, each a group of processes to be killed at once.

What happens on its nodes depends on the names of the files that are read there: `poison` kills the process,
`hangs` takes for ever, `slow` takes a moment, and `absent` is not there.
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

_HOOK = """
import os, signal, time
from movenet_cli.io import hashing
read = hashing.sha256_of_file
def sha256_of_file(path, *rest, **more):
    name = os.path.basename(path)
    if "poison" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    if "hangs" in name:
        time.sleep(1000)
    if "slow" in name:
        time.sleep(0.4)
    if "absent" in name:
        raise FileNotFoundError(path)
    return read(path, *rest, **more)
hashing.sha256_of_file = sha256_of_file
"""


class Cluster:
    """Nodes with one CPU each.

    Args:
        folder: for what the cluster writes.
        variables: see `add`; of the head.
    """

    def __init__(self, folder: Path, **variables: str) -> None:
        port, clients = _free_port(), _free_port()
        self.address = f"127.0.0.1:{port}"
        self._folder = folder
        self._nodes: list[subprocess.Popen[bytes]] = []
        (folder / "hook").mkdir(parents=True)
        (folder / "hook" / "sitecustomize.py").write_text(_HOOK)
        self.add(
            "--head",
            f"--port={port}",
            "--include-dashboard=false",
            f"--ray-client-server-port={clients}",
            f"--temp-dir={folder / 'ray'}",
            **variables,
        )

    def add(self, *options: str, **variables: str) -> None:
        """Start one more node, with these variables in its environment, and wait until it is there."""
        options = options or (f"--address={self.address}",)
        paths = [str(self._folder / "hook"), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "RAY_USAGE_STATS_ENABLED": "0"}
        environment |= variables
        common = ["--num-cpus=1", "--num-gpus=0", "--object-store-memory=80000000", "--block"]
        node = subprocess.Popen(
            [sys.executable, "-m", "ray.scripts.scripts", "start", *common, *options],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self._nodes.append(node)
        assert node.stdout is not None
        shown = []
        for line in node.stdout:
            shown.append(line)
            if b"--block" in line:
                return
        raise AssertionError(b"".join(shown))

    def kill_last(self) -> None:
        """Kill the node that was started last, with all that runs there, as when its machine loses power."""
        node = self._nodes.pop()
        _kill(node)

    def logs_with(self, word: str) -> list[Path]:
        """The files that the cluster has written, and in which a word is."""
        files = [path for path in (self._folder / "ray").rglob("*") if path.is_file()]
        return [path for path in files if word.encode() in path.read_bytes()]

    def close(self) -> None:
        """Kill all nodes."""
        while self._nodes:
            self.kill_last()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _kill(node: "subprocess.Popen[bytes]") -> None:
    os.killpg(node.pid, signal.SIGKILL)
    node.wait()
    if node.stdout is not None:
        node.stdout.close()
