"""The COCO dataset of a results folder, `coco.json`: made of all inputs' parts, gone when a part is."""

import threading
from collections.abc import Iterable

from movenet_cli.core.folder_names import DATASET
from movenet_cli.io.storage.interface import Storage
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.output_file import put_aside_if_changed, stored_output
from movenet_cli.output.folder.records import RunFile
from movenet_cli.output.formats.coco import combine


class Dataset:
    """The dataset of one results folder; safe to use from several threads.

    Args:
        storage: the folder.
        journal: of the folder.
    """

    def __init__(self, storage: Storage, journal: Journal) -> None:
        self._storage = storage
        self._journal = journal
        self._lock = threading.Lock()

    def write(self, parts: Iterable[str]) -> None:
        """Make it of the inputs' parts, in this order; they are gone through twice.

        Raises:
            InputError: a part cannot be read.
            OutputError: the dataset cannot be written.
        """
        put_aside_if_changed(self._storage, DATASET, self._journal.run_file(DATASET))
        # Noted before and after: a run that is killed in between leaves a dataset that is known to be ours.
        self._journal.note([RunFile(DATASET, None)])
        with self._storage.write(DATASET) as file:
            combine(lambda: self._storage.copies(parts), file)
        self._journal.note([RunFile(DATASET, stored_output(self._storage, DATASET))])

    def drop(self) -> None:
        """Remove it, if it is ours: it is not made of today's results any more.

        Raises:
            OutputError: it cannot be removed.
        """
        with self._lock:
            if self._journal.is_run_file(DATASET) and self._storage.kind(DATASET) == "file":
                put_aside_if_changed(self._storage, DATASET, self._journal.run_file(DATASET))
                self._storage.remove(DATASET)
