"""A results folder as `annotate` leaves it: documents in every format, dataset, journal, `run.json`."""

import json
from pathlib import Path
from typing import Any, Final

from movenet_cli.output.folder.fingerprint import Fingerprint
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.output_file import output_of
from movenet_cli.output.folder.records import Entry
from movenet_cli.output.formats.registry import FORMATS
from tests.output.formats.examples import Documents, summary_of, write_dataset, write_results

MARK: Final = Fingerprint(7, 0, "0" * 64)


def counts_of(documents: Documents) -> dict[str, int]:
    """Frames of all inputs together."""
    counted = [summary_of(results) for _, results in documents]
    return {key: sum(getattr(each, key) for each in counted) for key in ("frames", "ok", "empty", "failed")}


def run_fields(documents: Documents, **fields: object) -> dict[str, Any]:
    """The account of a run of these inputs in all formats, with something else in it."""
    count = len(documents)
    return {
        "complete": True,
        "options": {"formats": list(FORMATS)},
        "inputs": {"total": count, "done": count, "kept": 0, "failed": 0, "ignored": 0},
        "frames": counts_of(documents),
        **fields,
    }


def write_finished(folder: Path, documents: Documents) -> None:
    """Write them, all inputs with one fingerprint."""
    write_results(folder, list(FORMATS), documents)
    write_dataset(
        [FORMATS["coco"].path(folder, header.source) for header, _ in documents], folder / "coco.json"
    )
    journal = Journal(folder)
    for header, results in documents:
        paths = [each.path(folder, header.source) for each in FORMATS.values()]
        outputs = {path.relative_to(folder).as_posix(): output_of(path) for path in paths}
        journal.add(Entry(header.source, MARK, "key", outputs, counts_of([(header, results)])))
    journal.close()
    (folder / "run.json").write_text(json.dumps(run_fields(documents)))
