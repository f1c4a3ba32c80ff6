"""SavedModels that the tests of this folder share, made once."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def single_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small single-pose SavedModel with MoveNet's node names."""
    from tests.models.saved_models import save_single  # noqa: PLC0415

    return save_single(tmp_path_factory.mktemp("single") / "model")


@pytest.fixture(scope="session")
def multi_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small multi-pose SavedModel with MoveNet's node names."""
    from tests.models.saved_models import save_multi  # noqa: PLC0415

    return save_multi(tmp_path_factory.mktemp("multi") / "model")
