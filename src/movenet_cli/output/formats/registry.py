"""The table of formats: each one's encoder, and the folder that its files are in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from movenet_cli.core.folder_names import DATASET_PARTS, KEYPOINTS
from movenet_cli.output.formats.coco import CocoEncoder
from movenet_cli.output.formats.csv import CsvEncoder
from movenet_cli.output.formats.json import JsonEncoder
from movenet_cli.output.formats.jsonl import JsonlEncoder
from movenet_cli.output.interface import Encoder


@dataclass(frozen=True, slots=True)
class Format:
    """A result format.

    Attributes:
        encoder: what turns results into its text.
        folder: where its files are, relative to the results folder.
    """

    encoder: type[Encoder]
    folder: str

    def path(self, output: Path, name: str) -> Path:
        """The file of the input `name` in the results folder `output`."""
        return output / self.folder / f"{name}{self.encoder.suffix}"


FORMATS: Final = {
    "json": Format(JsonEncoder, KEYPOINTS),
    "jsonl": Format(JsonlEncoder, KEYPOINTS),
    "csv": Format(CsvEncoder, KEYPOINTS),
    "coco": Format(CocoEncoder, DATASET_PARTS),
}
"""`coco` keeps each input's part out of sight; `coco.combine` makes the run's `coco.json` of them."""
