"""The COCO dataset of a results folder, `coco.json`: made of all inputs' parts, gone when a part is."""

import threading
from collections.abc import Sequence
from pathlib import Path

from movenet_cli.core.folder_names import DATASET
from movenet_cli.io.atomic import as_output_error
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.output_file import is_regular_file, output_of, put_aside_if_changed
from movenet_cli.output.folder.records import RunFile
from movenet_cli.output.formats.coco import combine


class Dataset:
    """The dataset of one results folder; safe to use from several threads.

    Args:
        root: the folder.
        journal: of the folder.
    """

    def __init__(self, root: Path, journal: Journal) -> None:
        self._path = root / DATASET
        self._journal = journal
        self._lock = threading.Lock()

    def write(self, parts: Sequence[Path]) -> None:
        """Make it of the inputs' parts, in this order.

        Raises:
            InputError: a part cannot be read.
            OutputError: the dataset cannot be written.
        """
        put_aside_if_changed(self._path, self._journal.run_file(DATASET))
        # Noted before and after: a run that is killed in between leaves a dataset that is known to be ours.
        self._journal.note([RunFile(DATASET, None)])
        combine(parts, self._path)
        self._journal.note([RunFile(DATASET, output_of(self._path))])

    def drop(self) -> None:
        """Remove it, if it is ours: it is not made of today's results any more.

        Raises:
            OutputError: it cannot be removed.
        """
        with self._lock:
            if self._journal.is_run_file(DATASET) and is_regular_file(self._path):
                put_aside_if_changed(self._path, self._journal.run_file(DATASET))
                with as_output_error(self._path, of_input=False):
                    self._path.unlink(missing_ok=True)
