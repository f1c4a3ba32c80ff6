"""A home with media and models for each example; the network is a server on this machine."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from filelock import FileLock

from movenet_cli.errors import ExitCode
from movenet_cli.models.hub.catalogue import CATALOGUE
from tests.docs.shell import Shell, make_media, make_programs
from tests.support.hub import Answer, Hub, tar_gz


@pytest.fixture(scope="session")
def network(shared_folder: Path) -> Iterator[dict[str, str]]:
    """Settings of an environment in which every official model is at hand: small ones, under their names.

    All processes that run tests share the cache of models: each is converted once.
    """
    folder = shared_folder / "network"
    with FileLock(shared_folder / "network.lock"):
        if not folder.exists():
            _save_networks(folder)
    single, multi = ((folder / f"{name}.tar.gz").read_bytes() for name in ("single", "multi"))
    with Hub() as hub:
        for name, archive in (("thunder", single), ("lightning", single), ("multipose", multi)):
            for source in CATALOGUE[name].sources:
                parts = urlsplit(source)
                hub.answers[f"{parts.path}?{parts.query}".rstrip("?")] = [Answer(body=archive)]
        yield {
            "MOVENET_MIRROR": hub.url,
            "MOVENET_HOME": str(folder / "models"),
            "no_proxy": "127.0.0.1",
        }


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_media(tmp_path_factory.mktemp("media") / "home")


@pytest.fixture(scope="session")
def home_after(
    media: Path, network: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Command → a home in which it was run, once for all examples that need its results."""

    @cache
    def made(command: str) -> Path:
        folder = tmp_path_factory.mktemp("after")
        shutil.copytree(media, folder / "home")
        shell = Shell(folder / "home", make_programs(folder / "programs"), network)
        assert shell.run(command).returncode == ExitCode.OK
        return shell.folder

    return made


@pytest.fixture
def shell(tmp_path: Path, media: Path, network: dict[str, str]) -> Shell:
    """A fresh home with all media, and every model a download or less away."""
    shutil.copytree(media, tmp_path / "home")
    return Shell(tmp_path / "home", make_programs(tmp_path / "programs"), network)


def _save_networks(folder: Path) -> None:
    """Write the archives; the folder has its name when both are there."""
    from tests.models.saved_models import save_multi, save_single  # noqa: PLC0415 - needs TensorFlow

    made = folder.with_suffix(".part")
    made.mkdir()
    for name, save in (("single", save_single), ("multi", save_multi)):
        (made / f"{name}.tar.gz").write_bytes(_archive(save(made / name)))
    made.rename(folder)


def _archive(folder: Path) -> bytes:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return tar_gz({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})
