"""Options that cannot have an effect with this model or these inputs: refused, or left out.

Somebody who gives an option on the command line, or an argument in a program, means it: one that cannot do
anything is a usage error that says why. The environment is set for many commands, so what does not fit from
there is left out silently.
"""

import dataclasses
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Any

from movenet_cli.core.inputs import Inputs
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.errors import UsageError
from movenet_cli.media.opening import is_still
from movenet_cli.media.sniff import IMAGE_SUFFIXES
from movenet_cli.settings import Settings


@dataclass(frozen=True, slots=True)
class UnusedOption:
    """An option that cannot have an effect.

    Attributes:
        name: of the option's parameter.
        why: what to tell the user.
        harmless: values that only say what happens anyway.
    """

    name: str
    why: str
    harmless: tuple[Any, ...] = ()


def effective_settings(
    settings: Settings, given: Set[str], model: ModelInfo, files: Inputs | None = None
) -> Settings:
    """The settings without those that do not fit the model and were not given for this run.

    Args:
        settings: as requested.
        given: names of the options that were given for this run.
        model: the model that was loaded for it.
        files: the inputs that were found; None when there may be any.

    Raises:
        UsageError: an option that was given cannot have an effect.
    """
    unused = list(_unused_with_model(settings, model))
    if files is not None:
        unused += _unused_with_inputs(settings, given, files)
    for each in unused:
        if each.name in given and getattr(settings, each.name) not in each.harmless:
            flag = each.name.replace("_", "-")
            raise UsageError(f"--{flag} would have no effect: {each.why}; leave it out")
    if model.kind == "single":
        return dataclasses.replace(settings, refine_with=None)
    return settings if settings.crop == "none" else dataclasses.replace(settings, crop="auto")


def _unused_with_model(settings: Settings, model: ModelInfo) -> Iterator[UnusedOption]:
    if model.kind == "single":
        why = f"{model.name} is a single-pose model"
        yield UnusedOption("max_people", why)
        yield UnusedOption("track", why, harmless=(False,))
        yield UnusedOption("refine_with", why)
    else:
        yield UnusedOption("crop", f"{model.name} is a multi-pose model", harmless=("auto", "none"))
    if model.input_size is not None:
        yield UnusedOption("input_size", f"the input of {model.name} always has {model.input_size} pixels")
    if model.max_batch < settings.batch_size:
        yield UnusedOption("batch_size", f"{model.name} runs frame by frame here ({model.runtime})")


def _unused_with_inputs(settings: Settings, given: Set[str], files: Inputs) -> Iterator[UnusedOption]:
    """Options that are for videos only; the inputs are opened only when one of these was given."""
    why = "is for videos, and all inputs are images"
    for_videos = [
        UnusedOption("stride", f"it {why}", harmless=(1,)),
        UnusedOption("track", f"it {why}", harmless=(False,)),
        UnusedOption("smooth", f"it {why}", harmless=(False,)),
        *([UnusedOption("crop", f"follow {why}")] if settings.crop == "follow" else []),
        *(UnusedOption(name, f"it {why}") for name in ("fps", "start", "end", "max_frames")),
    ]
    if "sequence_fps" in given and all(file.sequence is None for file in files):
        yield UnusedOption("sequence_fps", "no input is a pattern of numbered images")
    meant = [each for each in for_videos if each.name in given]
    meant = [each for each in meant if getattr(settings, each.name) not in each.harmless]
    if meant and _all_are_images(files):
        yield from meant


def _all_are_images(files: Inputs) -> bool:
    """Files with the suffix of a video are opened first, so that one among many images is found at once."""
    return all(
        file.sequence is None and is_still(file.path)
        for is_image in (False, True)
        for file in files
        if (file.path.suffix.lower() in IMAGE_SUFFIXES) is is_image
    )
