"""A results folder with everything that documents can hold, and one export of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from movenet_cli.results.export.exporting import Exported, export_results
from movenet_cli.results.export.interface import ExportSettings
from tests.output.formats.examples import DOCUMENTS, write_results
from tests.results.export.run_folder import write_run

Exporter = Callable[..., Exported]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """An image, a video with a failed frame and one of another size, one of several people, an empty one."""
    write_results(tmp_path / "results", ["json"], DOCUMENTS)
    return tmp_path / "results"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """See `run_folder`."""
    return write_run(tmp_path)


def export_of(results: Path) -> Exporter:
    """Export results; arguments as those of `export_results` from the format on, settings by name."""

    def export(format_name: str, place: Path | None = None, **options: object) -> Exported:
        kept = {name: options.pop(name, None) for name in ("frames", "only")}
        settings = ExportSettings(**options)  # type: ignore[arg-type]
        return export_results(results, format_name, settings, place, **kept)  # type: ignore[arg-type]

    return export


@pytest.fixture
def export(results: Path) -> Exporter:
    """Export the `results`."""
    return export_of(results)
