"""Options that cannot have an effect on this model or these inputs: refused, or left out.

An option on the command line is meant: one that cannot do anything is a usage error that says why. The
environment is set for many commands, so what does not fit from there is left out without a word.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from movenet_cli.errors import UsageError
from movenet_cli.sources.opening import is_still
from movenet_cli.sources.sniff import IMAGE_SUFFIXES

if TYPE_CHECKING:
    from movenet_cli.cli.run_annotate import Request
    from movenet_cli.models.interface import ModelInfo
    from movenet_cli.sources.discover import Discovery
    from movenet_cli.sources.interface import InputFile

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


def effective(request: Request, model: ModelInfo, files: Sequence[InputFile]) -> Request:
    """The request without what does not fit and was not asked for on the command line.

    Args:
        request: what was asked for.
        model: the model that was loaded for it.
        files: the inputs that were found.

    Raises:
        UsageError: an option on the command line cannot have an effect.
    """
    for idle in (*_idle_with_model(request, model), *_idle_with_inputs(request, files)):
        if idle.name in request.given and getattr(request, idle.name) not in idle.harmless:
            flag = idle.name.replace("_", "-")
            raise UsageError(f"--{flag} would have no effect: {idle.why}; leave it out")
    if model.kind == "single":
        return dataclasses.replace(request, refine_with=None)
    return request if request.crop == "none" else dataclasses.replace(request, crop="auto")


def warn_of_unmatched(request: Request, found: Discovery) -> None:
    """A filter that matched nothing is probably a slip; one from the environment is meant for other runs."""
    for name in ("include", "exclude"):
        for glob in getattr(request, name) if name in request.given else ():
            if glob in found.unmatched:
                log.warning("--%s %s matches nothing", name, glob)


def _idle_with_model(request: Request, model: ModelInfo) -> Iterator[Idle]:
    if model.kind == "single":
        why = f"{model.name} is a single-pose model"
        yield Idle("max_people", why)
        yield Idle("track", why, harmless=(False,))
        yield Idle("refine_with", why)
    else:
        yield Idle("crop", f"{model.name} is a multi-pose model", harmless=("auto", "none"))
    if model.input_size is not None:
        height, width = model.input_size
        yield Idle("input_size", f"the input of {model.name} always has {width}x{height} pixels")
    if model.max_batch < request.batch_size:
        yield Idle("batch_size", f"{model.name} runs frame by frame here ({model.runtime})")


def _idle_with_inputs(request: Request, files: Sequence[InputFile]) -> Iterator[Idle]:
    """What is for videos only; the inputs are looked at only when one of these options is given."""
    why = "it is for videos, and all inputs are images"
    for_videos = [
        Idle("stride", why, harmless=(1,)),
        Idle("track", why, harmless=(False,)),
        Idle("smooth", why, harmless=(False,)),
        *([Idle("crop", why)] if request.crop == "follow" else []),
        *(Idle(name, why) for name in ("fps", "start", "end", "max_frames")),
    ]
    given = [each for each in for_videos if each.name in request.given]
    given = [each for each in given if getattr(request, each.name) not in each.harmless]
    if given and _all_are_images(files):
        yield from given


def _all_are_images(files: Sequence[InputFile]) -> bool:
    """Names that say video are looked at first, so that one among many images is found at once."""
    by_name = sorted(files, key=lambda file: file.path.suffix.lower() in IMAGE_SUFFIXES)
    return all(is_still(file.path) for file in by_name)
