"""Fixtures shared by all tests: optional real models and images beside the checkout."""

import os
import signal
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

# A job in the background ignores Ctrl-C, and what it starts inherits that; some tests send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


LONGEST = ("test_many_files.py", "test_resume.py", "test_convert_saved_model.py", "test_examples.py")
"""Begun first where tests run side by side, so that nobody waits for them at the end."""

SLOW = (
    *("cli", "docs", "end_to_end", "training"),
    *("test_annotator.py", "test_processes.py", "test_render.py", "test_segments.py"),  # whole runs
    *("test_locks.py", "test_resolve_processes.py"),  # several processes
    *("test_damage.py", "test_damage_fuzz.py", "test_header_fuzz.py", "test_hostile_commands.py"),  # faults
    *("test_cut_off.py", "test_ends.py", "test_video.py", "test_source_streams.py"),  # videos
    *("test_playlists.py", "test_shipped.py", "test_documents.py", "test_exporting.py"),
)
"""Folders and files that are not what one waits for while working."""

SHARED = {"models_dir", "shared_dir"}
"""Fixtures of what is not part of the project."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their speed and needs, and put the longest first; the others keep their order."""
    for item in items:
        tries_many_values = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if tries_many_values or set(SLOW) & set(item.path.parts) or item.get_closest_marker("tensorflow"):
            item.add_marker("slow")
        if SHARED & set(getattr(item, "fixturenames", ())):
            item.add_marker("shared")
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session", autouse=True)
def _networks_are_shortened_once() -> Iterator[None]:
    """Hundreds of tests load the package's own network, and its input table takes a tenth of a second."""
    from tests.support.networks import shorten_once  # noqa: PLC0415 - not for `--collect-only`

    with pytest.MonkeyPatch.context() as patch:
        shorten_once(patch)
        yield


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what is made once for all processes that run tests side by side."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made-once"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The folder of official models for development; tests that need it skip where it is missing."""
    folder = Path(os.environ.get("MOVENET_TEST_MODELS", PROJECT.parent / "shared" / "models"))
    if not folder.is_dir():
        pytest.skip("official models are not here: set MOVENET_TEST_MODELS to their folder")
    return folder


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of real images and videos for development; tests that need it skip where it is missing."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("real media are not here (../shared)")
    return folder


@pytest.fixture(scope="session")
def lightning_int8(models_dir: Path) -> Path:
    """Google's int8 MoveNet SinglePose Lightning v4."""
    return models_dir / "movenet_singlepose_lightning_int8.tflite"


@pytest.fixture(scope="session")
def lightning_saved_model(models_dir: Path) -> Path:
    """MoveNet SinglePose Lightning v4 as a SavedModel."""
    return models_dir / "movenet_singlepose_lightning"


@pytest.fixture(scope="session")
def multipose_saved_model(models_dir: Path) -> Path:
    """MoveNet MultiPose Lightning v1 as a SavedModel, random weights."""
    return models_dir / "movenet_multipose_lightning_random"


@pytest.fixture(scope="session")
def thunder_saved_model(models_dir: Path) -> Path:
    """MoveNet SinglePose Thunder v4 as a SavedModel, random weights."""
    return models_dir / "movenet_singlepose_thunder_random"


@pytest.fixture(scope="session")
def a_model(request: pytest.FixtureRequest) -> Path:
    """Any single-pose network that finds people: the package's own, or the official int8 Lightning."""
    own = Path(str(resources.files("movenet_cli") / "weights" / "mini.tflite"))
    return own if own.is_file() else request.getfixturevalue("lightning_int8")
