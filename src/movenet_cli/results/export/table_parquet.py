"""One Parquet table of all inputs, written by pyarrow a group of rows at a time."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from movenet_cli.errors import UsageError
from movenet_cli.results.export.interface import Export, ExportInput, ExportSettings
from movenet_cli.results.export.table import COLUMNS_OF, kind_of, table_rows

_GROUP: Final = 10_000
"""Rows that are held in memory."""


class TableParquet(Export):
    """See `table_rows`: text is `string`, counts are `int64`, all else is `float64`; null is no value."""

    default_place: ClassVar[str] = "table.parquet"
    uses: ClassVar[frozenset[str]] = frozenset({"layout"})

    def __init__(self, settings: ExportSettings) -> None:
        super().__init__(settings)
        try:
            import pyarrow  # noqa: PLC0415 - for this alone, and only where somebody has it
            import pyarrow.parquet  # noqa: PLC0415
        except ImportError as error:
            raise UsageError(
                "a Parquet table needs pyarrow: pip install pyarrow; or use table-csv"
            ) from error
        self._arrow: Any = pyarrow

    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """See `Export.write`."""
        arrow, columns = self._arrow, COLUMNS_OF[self.settings.layout]
        kinds = {"text": arrow.string(), "whole": arrow.int64(), "real": arrow.float64()}
        schema = arrow.schema([(name, kinds[kind_of(name)]) for name in columns])
        rows = table_rows(inputs, self.settings.layout)
        with arrow.parquet.ParquetWriter(place, schema) as writer:
            while group := list(itertools.islice(rows, _GROUP)):
                arrays = zip(*group, strict=True)
                writer.write_table(
                    arrow.table(dict(zip(columns, map(list, arrays), strict=True)), schema=schema)
                )
