"""Whether results are good enough to go on: what was found in a folder, held against limits."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

from movenet_cli.core.wording import counted
from movenet_cli.errors import OutputError
from movenet_cli.io.atomic import as_output_error, write_file
from movenet_cli.output.folder.journal import JOURNAL_NAME, read_journal
from movenet_cli.results.finding import list_documents, no_documents
from movenet_cli.results.reading import open_document

_SUITE: Final = '<testsuite name="movenet check"'


@dataclass(frozen=True, slots=True)
class Limit:
    """A number, or a share of all frames.

    Attributes:
        value: the number; of a share, percent.
        is_percent: whether it is a share.
    """

    value: float
    is_percent: bool = False

    def __str__(self) -> str:
        """As the user writes it."""
        return f"{self.value:g}{'%' if self.is_percent else ''}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is asked of results; None asks nothing.

    Attributes:
        max_failed: frames that could not be examined; an input that could not be read counts as one.
        max_empty: frames without anybody.
        min_mean_score: mean score of the people seen.
        min_coverage: frames with somebody.
    """

    max_failed: Limit | None = None
    max_empty: Limit | None = None
    min_mean_score: Limit | None = None
    min_coverage: Limit | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One limit, and what was found.

    Attributes:
        name: of the option.
        found: for people, `3 of 200 (1.5%)`.
        value: the number that was compared, in the limit's unit; None when there was nothing to measure.
        limit: that was given.
        is_met: whether it is.
    """

    name: str
    found: str
    value: float | None
    limit: Limit
    is_met: bool


@dataclass(slots=True)
class Findings:
    """Counts of a whole folder.

    Attributes:
        frames: all, and one for each input that could not be read.
        failed: frames that could not be examined, counted in the same way.
        empty: frames without anybody.
        ok: frames with somebody.
        people: seen in them.
        scores: the sum of their scores.
    """

    frames: int = 0
    failed: int = 0
    empty: int = 0
    ok: int = 0
    people: int = 0
    scores: float = 0.0

    def check(self, limits: Limits) -> list[Check]:
        """Each limit that was given."""
        mean = self.scores / self.people if self.people else None
        checks = [
            self._counted("max-failed", self.failed, limits.max_failed, most=True),
            self._counted("max-empty", self.empty, limits.max_empty, most=True),
            self._counted("min-coverage", self.ok, limits.min_coverage, most=False),
        ]
        limit = limits.min_mean_score
        if limit is not None:
            found = "nobody was seen"
            if mean is not None:
                found = f"{mean:.3f} of {counted(self.people, 'person', 'people')}"
            is_met = mean is not None and mean >= limit.value
            checks.append(Check("min-mean-score", found, mean, limit, is_met))
        return [check for check in checks if check is not None]

    def _counted(self, name: str, count: int, limit: Limit | None, *, most: bool) -> Check | None:
        if limit is None:
            return None
        share = 100 * count / self.frames if self.frames else 0.0
        value = share if limit.is_percent else count
        is_met = value <= limit.value if most else value >= limit.value
        return Check(name, f"{count:,} of {self.frames:,} ({share:.1f}%)", value, limit, is_met)


def find(folder: Path) -> Findings:
    """Count a results folder's frames and people.

    Raises:
        InputError: there is nothing to count, or a document is broken: `movenet validate` tells of all.
    """
    findings = Findings()
    unread = _unread_inputs(folder)
    documents = list_documents(folder)
    if not documents and not unread:
        raise no_documents(folder)
    for document in documents:
        with open_document(document.path, document.name) as opened:
            for result in opened.frames():
                people = opened.header.people(result)
                findings.people += len(people)
                findings.scores += sum(pose.score for pose in people)
        findings.frames += opened.summary.frames
        findings.failed += opened.summary.failed
        findings.empty += opened.summary.empty
        findings.ok += opened.summary.ok
    findings.frames += unread
    findings.failed += unread
    return findings


def _unread_inputs(folder: Path) -> int:
    """Inputs that have no document because nothing of them could be read."""
    if not (folder / JOURNAL_NAME).exists():
        return 0
    latest = {entry.name: entry.failed for entry in read_journal(folder)}
    return sum(latest.values())


def _require_report_or_nothing(path: Path) -> None:
    if not os.path.lexists(path):
        return
    with as_output_error(path, of_input=False):
        if path.is_file():
            with path.open("rb") as stream:
                if _SUITE.encode() in stream.read(500):
                    return
    raise OutputError(f"{path}: in the way, and not a report of movenet check; choose another file")


def write_junit(path: Path, checks: Sequence[Check]) -> None:
    """Write the checks as JUnit XML, a test case for each; nothing but an older such file is replaced.

    Raises:
        OutputError: it cannot be written, or something else is there.
    """
    _require_report_or_nothing(path)
    cases = []
    for check in checks:
        said = f"{check.found}, the limit is {check.limit}"
        failure = "" if check.is_met else f"<failure message={quoteattr(said)}></failure>"
        cases.append(f'<testcase classname="movenet.check" name="{check.name}">{failure}</testcase>\n')
    failures = sum(not check.is_met for check in checks)
    counts = f'tests="{len(checks)}" failures="{failures}" errors="0" skipped="0"'
    text = "".join(cases)
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    write_file(path, f"{head}<testsuites>\n{_SUITE} {counts}>\n{text}</testsuite>\n</testsuites>\n")
