"""One CSV table of all inputs, written as the CSV files of single inputs are."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from movenet_cli.output.formats.csv import row_of, text_cell
from movenet_cli.results.export.interface import Export, ExportInput
from movenet_cli.results.export.table import COLUMNS_OF, table_rows


class TableCsv(Export):
    """See `table_rows`; an empty cell is no value."""

    default_place: ClassVar[str] = "table.csv"
    uses: ClassVar[frozenset[str]] = frozenset({"layout"})

    def write(self, inputs: Sequence[ExportInput], place: Path) -> None:
        """See `Export.write`."""
        with place.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(row_of(COLUMNS_OF[self.settings.layout]))
            for source, *cells in table_rows(inputs, self.settings.layout):
                stream.write(row_of([text_cell(str(source)), *cells]))
