"""A dry run: refuses what the run would refuse, and knows what it would download."""

from pathlib import Path

import pytest

from movenet_cli.errors import ModelError, OutputError, UsageError
from movenet_cli.io.storage.local_storage import LocalStorage
from movenet_cli.media.discover import Discovery, discover
from movenet_cli.run.annotate import Target
from movenet_cli.run.dry_run import dry_run
from movenet_cli.settings import Settings
from tests.support.media import write_image


@pytest.fixture
def found(tmp_path: Path) -> Discovery:
    write_image(tmp_path / "in" / "a.png")
    return discover([str(tmp_path / "in")])


@pytest.fixture(params=["folder", "stream"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target | None:
    return Target(LocalStorage(tmp_path / "out"), ("json",)) if request.param == "folder" else None


def test_it_tells_what_would_be_done(found: Discovery, target: Target | None, tmp_path: Path) -> None:
    dry = dry_run(Settings("mini"), frozenset(), found, target)
    (planned,) = dry.plan.inputs
    assert (planned.file.name, planned.action, dry.downloads) == ("a.png", "annotate", ())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("below", ["", "deep/er"])
def test_a_file_in_the_place_of_the_folder_is_refused_as_by_a_run(
    found: Discovery, tmp_path: Path, below: str
) -> None:
    (tmp_path / "out").write_text("mine")
    target = Target(LocalStorage(tmp_path / "out" / below), ("json",))
    with pytest.raises(OutputError, match="out is not a folder; choose another folder with --output"):
        dry_run(Settings("mini"), frozenset(), found, target)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"max_people": 2}, "single-pose"),
        ({"stride": 2}, "all inputs are images"),
        ({"batch_size": 4}, "frame by frame"),
    ],
)
def test_an_option_without_effect_is_refused_as_by_the_run(
    found: Discovery, target: Target | None, options: dict[str, int], reason: str
) -> None:
    settings = Settings("mini", **options)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=reason):
        dry_run(settings, settings.given, found, target)


def test_models_that_are_not_here(
    found: Discovery, target: Target | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOVENET_HOME", str(tmp_path / "cache"))
    settings = Settings("multipose", refine_with="lightning")
    assert dry_run(settings, settings.given, found, target).downloads == ("multipose", "lightning")
    with pytest.raises(ModelError):
        dry_run(Settings("multipose", offline=True), frozenset(), found, target)
