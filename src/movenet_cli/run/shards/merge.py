"""The end of a run in shards: their journals become one, and `coco.json` and `run.json` are made of all."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from msgspec import to_builtins

from movenet_cli.core.folder_names import DATASET, RUN, SEGMENTS
from movenet_cli.core.results import Summary
from movenet_cli.core.shard import Shard
from movenet_cli.errors import ExitCode, InputError
from movenet_cli.io.json_text import unescape_name
from movenet_cli.io.storage.interface import Storage
from movenet_cli.io.storage.open_storage import open_storage
from movenet_cli.output.folder.dataset import Dataset
from movenet_cli.output.folder.folder_outputs import write_account
from movenet_cli.output.folder.journal import Journal
from movenet_cli.output.folder.layout import Layout, dataset_part
from movenet_cli.output.folder.lock import locked
from movenet_cli.output.folder.ownership import check_places, in_the_way, is_foreign_run_file
from movenet_cli.output.folder.records import RunFile
from movenet_cli.output.folder.shards import (
    SHARD_JOURNAL,
    SHARD_LOCK,
    SHARD_RUN,
    remove_shards,
    shard_files,
)
from movenet_cli.run.loading import LoadModel
from movenet_cli.run.report import Report
from movenet_cli.run.shards.accounts import ShardAccount, check_options, read_accounts
from movenet_cli.run.shards.shared_videos import OpenEvents, put_together


@dataclass(frozen=True, slots=True)
class Merged:
    """What has come of a merge.

    Attributes:
        exit_code: what a run of all the inputs would have ended with; INPUT while anything is missing.
        missing: shards that have not run, or not to their end.
        inputs: done or kept.
        failed: inputs that failed.
        frames: counts of the frames.
        is_uneven: whether the shards have found different inputs.
    """

    exit_code: ExitCode
    missing: tuple[Shard, ...]
    inputs: int
    failed: int
    frames: Summary
    is_uneven: bool


def merge_shards(place: Path | str | Storage, load: LoadModel, open_events: OpenEvents) -> Merged:
    """Make one run of the shards that have worked in a results folder; what is missing may come later.

    The documents, tables and overlays are there already, but for long videos, of which the shards have done
    segments: these are put together when every shard has run to its end. The journal takes in what the shards
    wrote down; then `coco.json` is made as well, `run.json` in any case.

    Args:
        place: the results folder, by its path or address.
        load: see `put_together`.
        open_events: see `put_together`.

    Raises:
        InputError: there are no shards, or what they wrote down is damaged.
        KeyboardInterrupt: see `put_together`.
        ModelError: see `put_together`.
        OutputError: a shard is still at work, or the folder cannot be written.
        UsageError: the shards' results were made with different options.
    """
    folder = open_storage(place)
    if not shard_files(folder, SHARD_RUN, SHARD_JOURNAL):
        raise InputError(f"there are no shards in {folder}: run `movenet annotate` with --shard first")
    check_places(folder, Layout(["coco"], overlay=False))
    with locked(folder):
        accounts = read_accounts(folder)
        if not accounts:
            raise InputError(f"no shard in {folder} has got far enough to be merged: run them again")
        check_options(folder, accounts)
        with contextlib.closing(Journal(folder)) as journal:
            return _Merge(folder, accounts, journal).run(load, open_events)


class _Merge:
    """One merge of a folder that is held.

    Args:
        folder: the results folder.
        accounts: of its shards, in order.
        journal: of the folder, with those of the shards.
    """

    def __init__(self, folder: Storage, accounts: Sequence[ShardAccount], journal: Journal) -> None:
        self._folder = folder
        self._accounts = accounts
        self._journal = journal
        count = accounts[0].shard.count
        ended = {account.shard.number for account in accounts if account.complete}
        self._missing = [Shard(number, count) for number in range(1, count + 1) if number not in ended]
        self._is_uneven = len({account.shard.all_inputs for account in accounts}) > 1
        self._shared = accounts[0].shard.shared
        self._shared_names = {each.source for each in self._shared}
        self._videos: dict[str, Any] = Report(expected=len(self._shared)).document({})

    def run(self, load: LoadModel, open_events: OpenEvents) -> Merged:
        """Write everything."""
        folder, journal = self._folder, self._journal
        found = [name for name in (RUN, DATASET) if is_foreign_run_file(folder, journal, name)]
        if found:
            raise in_the_way([folder.place(name) for name in found])
        folder.remove_leftovers()
        journal.note([RunFile(RUN, None)])  # takes the shards' journals in
        dataset = Dataset(folder, journal)
        if self._is_whole:
            report = put_together(folder, journal, self._accounts, load, open_events)
            self._videos = report.document({})
            if "coco" in self._accounts[0].options["formats"]:
                dataset.write(self._parts())
            if not report.failed:  # they are all that is there of it
                folder.remove_folder(SEGMENTS)
        else:
            dataset.drop()
        journal.sync()
        folder.sync()
        write_account(folder, RUN, self._document())
        remove_shards(folder, SHARD_JOURNAL, SHARD_LOCK)
        inputs = self._inputs()
        frames = Summary.from_fields(self._frames())
        return Merged(
            self._exit_code,
            tuple(self._missing),
            inputs["done"] + inputs["kept"],
            inputs["failed"],
            frames,
            self._is_uneven,
        )

    @property
    def _is_whole(self) -> bool:
        return not self._missing and not self._is_uneven

    @property
    def _exit_code(self) -> ExitCode:
        inputs = self._inputs()
        codes = (*(account.exit_code for account in self._accounts), self._videos["exit_code"])
        if ExitCode.BUG in codes:
            return ExitCode.BUG
        if not self._is_whole or not inputs["done"] + inputs["kept"]:
            return ExitCode.INPUT
        return ExitCode.PARTIAL if self._lines("failures") else ExitCode.OK

    def _parts(self) -> list[str]:
        """The parts of the dataset, in the order of a run without shards."""
        found: list[tuple[int | None, str]] = []
        for account in self._accounts:
            for file in account.files:
                name = unescape_name(file.source)
                entry = None if file.state == "failed" else self._journal.get(name)
                if entry is not None and dataset_part(name) in entry.outputs:
                    found.append((file.position, name))
        done = {file["source"] for file in self._videos["files"] if file["state"] != "failed"}
        videos = (video for video in self._shared if video.source in done)
        found += [(video.position, unescape_name(video.source)) for video in videos]
        return [dataset_part(name) for _, name in sorted(found, key=_position)]

    def _inputs(self) -> dict[str, int]:
        counts = [*(to_builtins(account.inputs) for account in self._accounts), self._videos["inputs"]]
        sums = {name: sum(count[name] for count in counts) for name in counts[0]}
        return sums | {"ignored": max(count["ignored"] for count in counts)}  # every shard met all of them

    def _frames(self) -> dict[str, int]:
        counts = [*(account.frames for account in self._accounts), self._videos["frames"]]
        return sum(map(Summary.from_fields, counts), Summary()).fields()

    def _document(self) -> dict[str, object]:
        """The account of all shards as one run; what they have in common is taken from the first."""
        first = self._accounts[0]
        same = (
            "schema",
            "tool",
            "libraries",
            "python",
            "platform",
            "model",
            "refine_with",
            "config",
            "options",
        )
        of_shards = (to_builtins(file) for account in self._accounts for file in account.files)
        files = ((unescape_name(file["source"]), file) for file in chain(of_shards, self._videos["files"]))
        return {
            **{name: getattr(first, name) for name in same},
            "exit_code": int(self._exit_code),
            "complete": self._is_whole,
            "inputs": self._inputs(),
            "frames": self._frames(),
            "failures": self._lines("failures"),
            "notes": self._lines("notes"),
            "timings": self._timings(),
            "shards": {"count": first.shard.count, "missing": [shard.number for shard in self._missing]},
            "files": [
                {name: file[name] for name in ("source", "path", "state")}
                for _, file in sorted(files, key=lambda each: each[0])
            ],
        }

    def _lines(self, kind: Literal["failures", "notes"]) -> list[dict[str, str]]:
        """Of all inputs; of a shared video it is only said what became of the whole."""
        of_shards = (line for account in self._accounts for line in getattr(account, kind))
        lines = [line for line in of_shards if line["source"] not in self._shared_names or not self._is_whole]
        return sorted([*lines, *self._videos[kind]], key=lambda line: line["source"])

    def _timings(self) -> dict[str, object]:
        """From the start of the first shard to the end of the last, as far as their clocks agree."""
        timings = [account.timings for account in self._accounts]
        started = min(each.started for each in timings)
        ended = max(each.started + timedelta(seconds=each.seconds) for each in timings)
        if self._videos["inputs"]["done"]:
            ended = datetime.now(started.tzinfo)
        seconds = (ended - started).total_seconds()
        frames = sum(each.frames_per_second * each.seconds for each in timings)
        return {
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(seconds, 3),
            "frames_per_second": round(frames / max(seconds, 1e-9), 2),
        }


def _position(found: tuple[int | None, str]) -> tuple[int, str]:
    return -1 if found[0] is None else found[0], found[1]
