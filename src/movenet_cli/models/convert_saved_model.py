"""The conversion of a SavedModel to a `.tflite`, as a program of its own.

`python -m movenet_cli.models.convert_saved_model SAVED_MODEL TARGET.tflite` runs in another process, so that
the one that annotates never imports TensorFlow. It writes TARGET.json, too, and exits with 0; or it writes
one line to standard error and exits with the code of `ModelError`, or with `NOT_CONVERTIBLE` when it is a
MoveNet that TensorFlow can run and LiteRT cannot.
"""

import dataclasses
import json
import re
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np

from movenet_cli.core.types import Size
from movenet_cli.errors import ModelError
from movenet_cli.io.hashing import sha256_of_bytes
from movenet_cli.io.stdio import native_chatter_logged
from movenet_cli.models.interpreter import Network
from movenet_cli.models.optimise.input_lut import with_input_table
from movenet_cli.models.optimise.sparse_heads import sparse_heads_function
from movenet_cli.models.saved_model import heads_function, import_tensorflow, load_graph

REVISION: Final = 2
"""Raised whenever this module makes another file from the same model, so that cached ones are made anew."""

NOT_CONVERTIBLE: Final = 64
TFLITE_SUFFIX: Final = ".tflite"
METADATA_SUFFIX: Final = ".json"


def convert(folder: Path, target: Path) -> None:
    """Convert a SavedModel.

    A single-pose graph keeps its official output; two of its heads become sparse heads, when it has them.
    A multi-pose one is cut at its heads, when it has them: its own post-processing takes longer than ours,
    and does not convert with height and width left open.

    Args:
        folder: the SavedModel.
        target: the file to write; beside it, with `METADATA_SUFFIX`, goes what must be known to run it.

    Raises:
        ModelError: it cannot be loaded, or is not a MoveNet.
        NotConvertibleError: TensorFlow's converter refuses.
    """
    graph = load_graph(folder)
    cut = graph.kind == "multi" and bool(graph.heads)
    function = heads_function(graph, batch=1) if cut else sparse_heads_function(graph) or graph.signature
    content = _tflite(function, graph.loaded)
    # The converter orders and names the outputs as it likes, so which is which is found out by running it.
    heads = _checked_heads(function, content) if cut else []
    content, table = with_input_table(content)
    metadata: dict[str, Any] = {
        "kind": graph.kind,
        "heads": heads,
        "constants": dataclasses.asdict(graph.constants),
        "table": None if table is None else {"type": str(table.dtype), "values": table.tolist()},
    }
    target.write_bytes(content)
    text = json.dumps(checksummed(metadata, content))
    target.with_suffix(METADATA_SUFFIX).write_text(text, encoding="utf-8")


def checksummed(metadata: dict[str, Any], content: bytes) -> dict[str, Any]:
    """Metadata with a hash of themselves and of the file that they belong to."""
    plain = {name: value for name, value in metadata.items() if name != "sha256"}
    text = json.dumps(plain, sort_keys=True)
    return {**plain, "sha256": sha256_of_bytes(text.encode() + content)}


class NotConvertibleError(ModelError):
    """A MoveNet that TensorFlow can run and LiteRT cannot."""


def _tflite(function: Any, loaded: Any) -> bytes:
    converter = import_tensorflow().lite.TFLiteConverter.from_concrete_functions([function], loaded)
    try:
        with native_chatter_logged():
            content: bytes = converter.convert()
    except Exception as error:  # whatever the converter's passes raise
        said = re.search(r"error: (.+)", str(error))
        raise NotConvertibleError(said[1] if said else type(error).__name__) from error
    return content


def _checked_heads(function: Any, content: bytes) -> list[str]:
    """The names of the converted model's outputs in its own order; on noise they equal the original's."""
    noise = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    expected = function(import_tensorflow().constant(noise[None]))
    network = Network(content, "the converted model", Size(96, 64))
    names = network.output_names()
    for name, head in zip(names, network.invoke(noise), strict=True):
        theirs = expected[name].numpy()
        if np.abs(head - theirs).max() > 1e-3 * (1 + np.abs(theirs).max()):
            raise NotConvertibleError(f"the converted model's head '{name}' is not the original's")
    return names


def main(arguments: list[str]) -> int:
    """Run `convert` on the two paths of the command line; the exit code."""
    folder, target = arguments
    try:
        convert(Path(folder), Path(target))
    except NotConvertibleError as error:
        sys.stderr.write(f"{error}\n")
        return NOT_CONVERTIBLE
    except ModelError as error:
        sys.stderr.write(f"{error}\n")
        return int(error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
