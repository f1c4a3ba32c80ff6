"""`movenet doctor`: checks what works on this machine."""

import json
from collections.abc import Callable

import click

from movenet_cli.cli.configured import ConfiguredCommand, config_options
from movenet_cli.cli.options import options_of
from movenet_cli.cli.printing import print_data
from movenet_cli.errors import ExitCode, MovenetError
from movenet_cli.io.stdio import native_stderr_hidden

option = options_of("doctor")


@click.command(cls=ConfiguredCommand)
@option("--json", "as_json", is_flag=True, help="Print the same as JSON.")
@config_options(option)
def doctor(as_json: bool) -> int:
    """Try what annotating needs, and show what works here. Exit code 1 if something essential does not."""
    essential = 0
    checks = []
    with native_stderr_hidden():
        for name, check, is_essential in CHECKS:
            try:
                found, works = check(), True
            except (ImportError, OSError, ValueError, MovenetError) as error:
                found, works = str(error).splitlines()[0], False
            essential += is_essential and not works
            if as_json:
                checks.append({"name": name, "works": works, "is_essential": is_essential, "found": found})
            else:
                print_data(f"{'ok     ' if works else 'MISSING'}  {name:<18} {found}")
    if as_json:
        print_data(json.dumps({"works": not essential, "checks": checks}, indent=1))
    return ExitCode.BUG if essential else ExitCode.OK


def _python() -> str:
    import platform  # noqa: PLC0415

    from movenet_cli import __version__  # noqa: PLC0415
    from movenet_cli.settings import usable_cpus  # noqa: PLC0415

    return f"movenet-cli {__version__} on Python {platform.python_version()}, {usable_cpus()} processors"


def _litert() -> str:
    import numpy as np  # noqa: PLC0415

    from movenet_cli.io.versions import version  # noqa: PLC0415
    from movenet_cli.models.hub.catalogue import catalogue_model  # noqa: PLC0415
    from movenet_cli.models.hub.resolve import find_local  # noqa: PLC0415
    from movenet_cli.models.load import load_model  # noqa: PLC0415

    found = find_local(catalogue_model("mini"))
    if found is None:
        raise OSError("the model mini is not part of this installation")
    model = load_model(found, runtime="litert", device="cpu", batch_size=1)
    width, height = model.info.input_size or (0, 0)
    model.runner().run(np.zeros((1, height, width, 3), np.uint8))
    return f"ai-edge-litert {version('ai-edge-litert')} runs mini"


def _images() -> str:
    import cv2  # noqa: PLC0415

    return f"OpenCV {cv2.__version__}"


def _video() -> str:
    import av  # noqa: PLC0415

    av.codec.Codec("libx264", "w")
    decoders = [name for name in ("h264", "hevc", "vp9", "libdav1d") if name in av.codecs_available]
    return f"PyAV {av.__version__}, writes H.264, reads {', '.join(decoders)}"


def _tensorflow() -> str:
    from movenet_cli.models.tensorflow import describe_devices  # noqa: PLC0415

    return describe_devices()


def _cache() -> str:
    from movenet_cli.models.hub.cache import cache_dir  # noqa: PLC0415
    from movenet_cli.models.hub.catalogue import CATALOGUE  # noqa: PLC0415
    from movenet_cli.models.hub.resolve import is_local  # noqa: PLC0415

    names = [name for name, model in CATALOGUE.items() if is_local(model)]
    return f"{cache_dir()}: {', '.join(names) or 'no model yet'}"


CHECKS: tuple[tuple[str, Callable[[], str], bool], ...] = (
    ("program", _python, True),
    ("inference", _litert, True),
    ("images", _images, True),
    ("videos", _video, True),
    ("TensorFlow", _tensorflow, False),
    ("model cache", _cache, True),
)
"""A title, the attempt, and whether annotating is impossible without it."""
