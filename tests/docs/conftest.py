"""A home with media and models for each example; the network is a server on this machine."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from movenet_cli.models.hub.catalogue import CATALOGUE
from tests.docs.shell import Shell, make_media, make_programs
from tests.support.hub import Answer, Hub, tar_gz


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Settings of an environment in which every official model is at hand: small ones, under their names."""
    from tests.models.saved_models import save_multi, save_single  # noqa: PLC0415 - needs TensorFlow

    folder = tmp_path_factory.mktemp("network")
    single = _archive(save_single(folder / "single"))
    multi = _archive(save_multi(folder / "multi"))
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


@pytest.fixture
def shell(tmp_path: Path, media: Path, network: dict[str, str]) -> Shell:
    """A fresh home with all media, and every model a download or less away."""
    shutil.copytree(media, tmp_path / "home")
    return Shell(tmp_path / "home", make_programs(tmp_path / "programs"), network)


def _archive(folder: Path) -> bytes:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return tar_gz({path.relative_to(folder).as_posix(): path.read_bytes() for path in files})
