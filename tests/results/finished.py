"""A results folder as `annotate` leaves it: documents in every format, the dataset, the journal."""

from pathlib import Path

from movenet_cli.results.entries import Entry, Fingerprint, output_of
from movenet_cli.results.journal import Journal
from movenet_cli.sinks.cocofile import combine
from movenet_cli.sinks.registry import FORMATS
from tests.sinks.examples import Documents, summary_of, write_results


def write_finished(folder: Path, documents: Documents, mark: Fingerprint) -> None:
    """Write them, all inputs with one fingerprint; all but `run.json`."""
    write_results(folder, list(FORMATS), documents)
    combine([FORMATS["coco"].path(folder, header.source) for header, _ in documents], folder / "coco.json")
    journal = Journal(folder)
    for header, results in documents:
        paths = [each.path(folder, header.source) for each in FORMATS.values()]
        outputs = {path.relative_to(folder).as_posix(): output_of(path) for path in paths}
        counted = summary_of(results)
        counts = {key: getattr(counted, key) for key in ("frames", "ok", "empty", "failed")}
        journal.add(Entry(header.source, mark, "key", outputs, counts))
    journal.close()
