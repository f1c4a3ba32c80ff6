"""The plan of a run: what an input's results say of the options, and what makes them stale."""

import json
from dataclasses import replace
from typing import get_args

import pytest

from movenet_cli.core.inputs import Media, SourceInfo
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.time_point import TimePoint
from movenet_cli.core.types import Size
from movenet_cli.errors import UsageError
from movenet_cli.io.strict_json import decode
from movenet_cli.output.formats.document import header_fields
from movenet_cli.results.records import HeaderRecord
from movenet_cli.run import plan as run_plan
from movenet_cli.run.plan import Plan
from movenet_cli.settings import Settings

SINGLE = ModelInfo("thunder", "single", Size(256, 256), "1" * 64, "litert")
MULTI = ModelInfo("multipose", "multi", None, "2" * 64, "litert")
INFOS: dict[Media, SourceInfo] = {
    "image": SourceInfo("image", 64, 48),
    "video": SourceInfo("video", 64, 48, 0, 25.0, 10),
}
BASE = Settings()


def key(media: Media, model: ModelInfo, settings: Settings = BASE) -> str:
    return Plan([model], settings).result_settings(media).key


@pytest.mark.parametrize("media", get_args(Media))
def test_results_that_were_refined_are_read_back(media: Media) -> None:
    plan = Plan([MULTI, replace(SINGLE, name="mine-\udcff")], BASE)
    header = plan.choose("a", INFOS[media]).header
    assert header.options["refine_with"] == "mine-\\udcff"
    assert header.options["refine_with_sha256"] == SINGLE.sha256
    text = json.dumps(header_fields(header)).encode()
    assert decode(HeaderRecord, text).header().options == header.options


CHANGES: list[tuple[ModelInfo, dict[str, object], set[str]]] = [
    (SINGLE, {"min_score": 0.4}, {"image", "video"}),
    (SINGLE, {"crop": "none"}, {"image", "video"}),
    (SINGLE, {"crop": "refine"}, {"video"}),
    (SINGLE, {"crop": "follow"}, set()),
    (SINGLE, {"smooth": True}, {"video"}),
    (SINGLE, {"track": False}, set()),
    (SINGLE, {"max_people": 2}, set()),
    (SINGLE, {"input_size": 320}, set()),
    (SINGLE, {"max_pixels": 1000}, set()),
    (MULTI, {"min_score": 0.4}, {"image", "video"}),
    (MULTI, {"crop": "none"}, set()),
    (MULTI, {"smooth": True}, {"video"}),
    (MULTI, {"track": False}, {"video"}),
    (MULTI, {"max_people": 2}, {"image", "video"}),
    (MULTI, {"input_size": 320}, {"image", "video"}),
    (replace(MULTI, input_size=Size(256, 256)), {"input_size": 320}, set()),
    (MULTI, {"max_pixels": 1000}, set()),
]


@pytest.mark.parametrize(("model", "change", "stale"), CHANGES)
def test_an_option_redoes_what_it_changes_and_nothing_else(
    model: ModelInfo, change: dict[str, object], stale: set[str]
) -> None:
    settings = replace(BASE, **change)  # type: ignore[arg-type]
    assert {media for media in INFOS if key(media, model, settings) != key(media, model)} == stale


@pytest.mark.parametrize(
    "frames",
    [
        Settings(stride=2),
        Settings(fps=5.0),
        Settings(start=TimePoint(seconds=0.5)),
        Settings(end=TimePoint(seconds=0.5)),
        Settings(start=TimePoint(frame=3)),
        Settings(end=TimePoint(frame=3)),
        Settings(max_frames=3),
    ],
)
@pytest.mark.parametrize("model", [SINGLE, MULTI], ids=["single", "multi"])
def test_the_range_of_frames_redoes_videos_only(model: ModelInfo, frames: Settings) -> None:
    assert key("image", model, frames) == key("image", model)
    assert key("video", model, frames) != key("video", model)


@pytest.mark.parametrize("media", get_args(Media))
def test_another_model_revision_or_runtime_redoes_everything(
    media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [
        replace(SINGLE, sha256="3" * 64),
        replace(SINGLE, name="x"),
        replace(SINGLE, runtime="tensorflow"),
    ]
    refined = [Plan([MULTI, each], BASE).result_settings(media).key for each in (SINGLE, *others)]
    keys = [key(media, each) for each in (SINGLE, MULTI, *others)]
    monkeypatch.setattr(
        run_plan, "REVISION", {media: number + 1 for media, number in run_plan.REVISION.items()}
    )
    keys.append(key(media, SINGLE))
    assert len({*keys, *refined}) == len(keys) + len(refined)


def test_an_image_and_a_video_never_share_a_key() -> None:
    assert key("image", MULTI) != key("video", MULTI)


def test_a_refiner_must_fit() -> None:
    with pytest.raises(UsageError, match="--refine-with"):
        Plan([SINGLE, SINGLE], BASE)
