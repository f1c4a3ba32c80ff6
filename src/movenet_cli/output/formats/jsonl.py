"""The format `jsonl`: a line for the header, each frame, and the summary, with its `record` and `source`."""

from typing import ClassVar

from movenet_cli.core.results import Header, Summary
from movenet_cli.core.types import FrameResult
from movenet_cli.io.json_text import escape_name, json_line
from movenet_cli.output.formats.document import frame_fields, header_fields
from movenet_cli.output.interface import Encoder


class JsonlEncoder(Encoder):
    """The JSON document cut in lines; without the summary line it is incomplete."""

    suffix: ClassVar[str] = ".jsonl"

    def __init__(self, header: Header) -> None:
        super().__init__(header)
        self._source = escape_name(header.source)

    def begin(self) -> str:
        """The header's line."""
        return self._line("header", header_fields(self.header))

    def frame(self, result: FrameResult) -> str:
        """The frame's line."""
        return self._line("frame", frame_fields(result, self.header.info))

    def end(self, summary: Summary) -> str:
        """The closing line."""
        return self._line("summary", summary.fields())

    def _line(self, record: str, fields: dict[str, object] | dict[str, int]) -> str:
        return json_line({"record": record, "source": self._source, **fields}) + "\n"
