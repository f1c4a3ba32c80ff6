"""Options that cannot have an effect on this model or these inputs: refused, or left out.

An option that somebody gave for this run is meant: one that cannot do anything is a usage error that says
why. The environment is set for many commands, so what does not fit from there is left out without a word.
"""

import dataclasses
import logging
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from movenet_cli.core.inputs import InputFile
from movenet_cli.core.model_info import ModelInfo
from movenet_cli.errors import UsageError
from movenet_cli.media.discover import Discovery
from movenet_cli.media.opening import is_still
from movenet_cli.media.sniff import IMAGE_SUFFIXES
from movenet_cli.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Idle:
    """An option that cannot have an effect.

    Attributes:
        name: of the option's parameter.
        why: what to tell the user.
        harmless: values that only say what happens anyway.
    """

    name: str
    why: str
    harmless: tuple[Any, ...] = ()


def effective(
    settings: Settings, given: Set[str], model: ModelInfo, files: Sequence[InputFile] | None = None
) -> Settings:
    """The options without what does not fit and was not given for this run.

    Args:
        settings: what was asked for.
        given: names of the options that are meant for this run.
        model: the model that was loaded for it.
        files: the inputs that were found; None when there may be any.

    Raises:
        UsageError: an option that was given cannot have an effect.
    """
    idle = list(_idle_with_model(settings, model))
    if files is not None:
        idle += _idle_with_inputs(settings, given, files)
    for each in idle:
        if each.name in given and getattr(settings, each.name) not in each.harmless:
            flag = each.name.replace("_", "-")
            raise UsageError(f"--{flag} would have no effect: {each.why}; leave it out")
    if model.kind == "single":
        return dataclasses.replace(settings, refine_with=None)
    return settings if settings.crop == "none" else dataclasses.replace(settings, crop="auto")


def warn_of_unmatched(found: Discovery, **patterns: Sequence[str]) -> None:
    """A filter that matched nothing is probably a slip; each is given under its option's name."""
    for name, globs in patterns.items():
        for glob in globs:
            if glob in found.unmatched:
                log.warning("--%s %s matches nothing", name, glob)


def _idle_with_model(settings: Settings, model: ModelInfo) -> Iterator[Idle]:
    if model.kind == "single":
        why = f"{model.name} is a single-pose model"
        yield Idle("max_people", why)
        yield Idle("track", why, harmless=(False,))
        yield Idle("refine_with", why)
    else:
        yield Idle("crop", f"{model.name} is a multi-pose model", harmless=("auto", "none"))
    if model.input_size is not None:
        yield Idle("input_size", f"the input of {model.name} always has {model.input_size} pixels")
    if model.max_batch < settings.batch_size:
        yield Idle("batch_size", f"{model.name} runs frame by frame here ({model.runtime})")


def _idle_with_inputs(settings: Settings, given: Set[str], files: Sequence[InputFile]) -> Iterator[Idle]:
    """What is for videos only; the inputs are looked at only when one of these options is given."""
    why = "it is for videos, and all inputs are images"
    for_videos = [
        Idle("stride", why, harmless=(1,)),
        Idle("track", why, harmless=(False,)),
        Idle("smooth", why, harmless=(False,)),
        *([Idle("crop", why)] if settings.crop == "follow" else []),
        *(Idle(name, why) for name in ("fps", "start", "end", "max_frames")),
    ]
    meant = [each for each in for_videos if each.name in given]
    meant = [each for each in meant if getattr(settings, each.name) not in each.harmless]
    if meant and _all_are_images(files):
        yield from meant


def _all_are_images(files: Sequence[InputFile]) -> bool:
    """Names that say video are looked at first, so that one among many images is found at once."""
    by_name = sorted(files, key=lambda file: file.path.suffix.lower() in IMAGE_SUFFIXES)
    return all(is_still(file.path) for file in by_name)
