"""The plan of a run: which estimator, filters and header each input gets, and what its results depend on."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final, cast, get_args

from movenet_cli.core.geometry import flexible_input_size
from movenet_cli.core.inputs import Media, Segment, SourceInfo
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.core.results import Header
from movenet_cli.core.types import Size
from movenet_cli.errors import ModelError, UsageError
from movenet_cli.inference.careful import Careful, CarefulFollow
from movenet_cli.inference.follow import Follow
from movenet_cli.inference.interface import Estimator
from movenet_cli.inference.refine import Refine
from movenet_cli.inference.relay import Relay
from movenet_cli.inference.top_down import TopDown
from movenet_cli.inference.whole import WholeMulti, WholeSingle
from movenet_cli.io.json_text import plain_text
from movenet_cli.output.folder.result_settings import ResultSettings, settings_key
from movenet_cli.postprocess.interface import Filter
from movenet_cli.postprocess.smooth import Smooth
from movenet_cli.postprocess.track import Track
from movenet_cli.settings import Crop, Settings

REVISION: Final[dict[Media, int]] = {"image": 2, "video": 3}
"""Raised by hand when a new version gives other numbers for the same input, model and options."""

SINGLE_POSE: Final[dict[Crop, Callable[[Size, float], Estimator]]] = {
    "none": WholeSingle,
    "refine": Refine,
    "follow": Follow,
    "careful": Careful,
}
"""What each `--crop` is; called with the network's input size and the threshold of "seen"."""


@dataclass(frozen=True, slots=True)
class InputPlan:
    """How one input is worked on."""

    estimator: Estimator
    filters: Sequence[Filter]
    header: Header


class Plan:
    """Chooses how each input is annotated.

    Args:
        models: the loaded models; the first one is what the user named.
        settings: what decides the numbers.

    Raises:
        UsageError: when the settings do not fit the models.
        ModelError: when one is not a MoveNet after all.
    """

    def __init__(self, models: Sequence[ModelInfo], settings: Settings) -> None:
        self._models = tuple(models)
        self._model = models[0]
        self._refiner = models[1] if len(models) > 1 else None
        self._settings = settings
        self._check()

    def _check(self) -> None:
        settings = self._settings
        for model in self._models:
            if model.kind == "single":
                _fixed_size(model)
        if self._refiner is not None and (self._model.kind, self._refiner.kind) != ("multi", "single"):
            raise UsageError("--refine-with needs a multi-pose --model, and refines with a single-pose one")
        if self._model.kind == "multi" and settings.smooth and not settings.track:
            raise UsageError("--smooth needs to know who is who: leave out --no-track")
        if self._model.kind == "multi" and settings.crop not in ("auto", "none"):
            raise UsageError(
                f"--crop {settings.crop} is for single-pose models; {self._model.name} is multi-pose"
            )

    def choose(self, name: str, info: SourceInfo, segments: Sequence[Segment] = ()) -> InputPlan:
        """The plan for the input `name`; estimators and filters with state are made anew for each."""
        header = Header(
            source=name,
            info=info,
            model=self._model,
            input_size=self._input_size(info),
            options=self._options(info.media),
            thresholds=self._settings.thresholds,
        )
        return InputPlan(self._estimator(info, segments), self._filters(info), header)

    def result_settings(self, media: Media) -> ResultSettings:
        """What the results of an input of this kind depend on besides the input, and nothing else."""
        values: dict[str, object] = {
            "media": media,
            "models": [[plain_text(model.name), model.sha256, model.runtime] for model in self._models],
            "options": self._options(media),
        }
        if self._model.input_size is None:
            values["input_size"] = self._settings.input_size
        names = {**values, "models": [[model.name, model.sha256, model.runtime] for model in self._models]}
        values["revision"] = REVISION[media]
        values["kinds"] = [model.kind for model in self._models]
        return ResultSettings(settings_key({**names, "revision": REVISION[media]}), values)

    def all_result_settings(self) -> dict[Media, ResultSettings]:
        """The same for every kind of input."""
        return {media: self.result_settings(media) for media in get_args(Media)}

    def _estimator(self, info: SourceInfo, segments: Sequence[Segment]) -> Estimator:
        settings = self._settings
        if self._model.kind == "multi":
            finder = WholeMulti(
                self._model.input_size, settings.input_size, settings.min_score, settings.max_people
            )
            if self._refiner is None:
                return finder
            return TopDown(finder, _fixed_size(self._refiner), settings.min_score)
        crop = self._crop(info.media)
        kind = CarefulFollow if crop == "careful" and info.media == "video" else SINGLE_POSE[crop]
        start = partial(kind, self._input_size(info), settings.min_score)
        estimator = start()
        if segments and isinstance(estimator, Follow):
            return Relay(cast(Callable[[], Follow], start), (segment.first for segment in segments[1:]))
        return estimator

    def _filters(self, info: SourceInfo) -> list[Filter]:
        """None for an image, where nothing moves; a single-pose model finds one person, who needs no id."""
        if info.media == "image":
            return []
        tracks = self._model.kind == "multi" and self._settings.track
        return [*([Track()] if tracks else []), *([Smooth()] if self._settings.smooth else [])]

    def _input_size(self, info: SourceInfo) -> Size:
        if self._model.kind == "single":
            return _fixed_size(self._model)
        if self._model.input_size is not None:
            return self._model.input_size
        return flexible_input_size(info.width, info.height, self._settings.input_size)

    def _crop(self, media: Media) -> Crop:
        """The crop that is really used: an image has no previous frame to follow from."""
        if self._settings.crop in ("auto", "follow"):
            return "follow" if media == "video" else "refine"
        return self._settings.crop

    def _options(self, media: Media) -> dict[str, object]:
        """The `options` in the header: only what has an influence on the numbers of such an input."""
        settings, frames = self._settings, self._settings.frames
        options: dict[str, object] = {}
        if self._model.kind == "single":
            options["crop"] = self._crop(media)
        else:
            options["max_people"] = settings.max_people
            if self._refiner is not None:
                options["refine_with"] = plain_text(self._refiner.name)
                options["refine_with_sha256"] = self._refiner.sha256
        options |= asdict(settings.thresholds)
        if media == "video":
            if self._model.kind == "multi":
                options["track"] = settings.track
            options["smooth"] = settings.smooth
            chosen = {
                "stride": frames.stride if frames.stride != 1 else None,
                "fps": frames.fps,
                "start": frames.start,
                "start_frame": frames.start_frame,
                "end": frames.end,
                "end_frame": frames.end_frame,
                "max_frames": frames.max_frames,
            }
            options |= {key: value for key, value in chosen.items() if value is not None}
        return options


def _fixed_size(model: ModelInfo) -> Size:
    """The input size of a single-pose model; MoveNet's have one size only."""
    if model.input_size is None:
        raise ModelError(f"{model.name} takes images of any size: it is not a single-pose MoveNet")
    return model.input_size
