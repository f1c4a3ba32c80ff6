"""What is known of a loaded model."""

from dataclasses import dataclass
from typing import Literal

from movenet_cli.core.size import Size

Kind = Literal["single", "multi"]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a loaded model.

    Attributes:
        name: the name it was asked for by, or the file's stem.
        kind: one person (`single`) or up to six (`multi`).
        input_size: that it was built for; None when any multiple of 32 will do.
        sha256: hash of the file, or of the folder's files in order of their names.
        runtime: what runs it, as written to run.json: `litert` or `tensorflow`.
        max_batch: how many frames one call may take.
    """

    name: str
    kind: Kind
    input_size: Size | None
    sha256: str
    runtime: str
    max_batch: int = 1
