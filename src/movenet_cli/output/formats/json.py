"""The format `json`: one document per input, with a line for each frame."""

from typing import ClassVar

from movenet_cli.core.results import Header, Summary
from movenet_cli.core.types import FrameResult
from movenet_cli.io.json_text import json_line
from movenet_cli.output.formats.document import frame_fields, header_fields
from movenet_cli.output.interface import Encoder


class JsonEncoder(Encoder):
    """The schema `movenet-cli/1`, laid out so that a reader can take it line by line."""

    suffix: ClassVar[str] = ".json"

    def __init__(self, header: Header) -> None:
        super().__init__(header)
        self._separator = "\n"

    def begin(self) -> str:
        """Everything up to the opening of the list of frames."""
        fields = header_fields(self.header).items()
        lines = (f"  {json_line(key)}: {json_line(value)},\n" for key, value in fields)
        return "{\n" + "".join(lines) + '  "frames": ['

    def frame(self, result: FrameResult) -> str:
        """One line; the comma stands before it, since nobody knows which frame will be the last."""
        text = f"{self._separator}    {json_line(frame_fields(result, self.header.info))}"
        self._separator = ",\n"
        return text

    def end(self, summary: Summary) -> str:
        """The summary and the closing brace."""
        return f'\n  ],\n  "summary": {json_line(summary.fields())}\n}}\n'
