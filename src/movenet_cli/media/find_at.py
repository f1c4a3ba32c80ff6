"""Finds the inputs that an address means: one file, or what is below a folder of a store."""

import os
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from movenet_cli.core.folder_names import KEYPOINTS, LOCK, OVERLAY
from movenet_cli.core.inputs import InputFile
from movenet_cli.core.natural_order import natural_path_key
from movenet_cli.errors import MediaError, UsageError
from movenet_cli.io.address import WEB, parse_address
from movenet_cli.media.glob_patterns import Filters
from movenet_cli.media.input_table import Candidate
from movenet_cli.media.sniff import has_media_suffix
from movenet_cli.media.walk import GLOB, Pattern


@dataclass(frozen=True, slots=True)
class FoundAt:
    """What an address means.

    Attributes:
        candidates: the inputs, in natural order.
        left_out: what lies in a folder besides them.
    """

    candidates: tuple[Candidate, ...]
    left_out: Set[str] = frozenset()


def find_at(url: str, filters: Filters) -> FoundAt:
    """Find the inputs that an address means; a web address is one file, and is not asked for yet.

    Args:
        url: of any scheme but `file`.
        filters: what of a folder is wanted.

    Raises:
        ValueError: it is not a whole address.
        MediaError: there is nothing, or the store cannot be asked.
        UsageError: what reads such addresses is not installed.
    """
    address = parse_address(url)
    if address.scheme in WEB:
        return FoundAt((_candidate(url, address.name),))
    from movenet_cli.io.object_store import Store  # noqa: PLC0415 - fsspec takes its time

    store = Store(url)
    if not address.parts or url.endswith("/"):
        return _below(url, Pattern(), filters)
    is_glob = any(map(GLOB.search, address.parts))
    # What is called like an image or video is not asked for before its turn: there may be thousands.
    if has_media_suffix(address.name) and not is_glob:
        return FoundAt((_candidate(url, address.name),))
    try:
        if store.kind() == "file":
            return FoundAt((_candidate(url, address.name),))
    except MediaError:
        if not is_glob:
            raise
        return _below_glob(url, filters)
    return _below(url, Pattern(), filters)


def path_of_file_address(url: str) -> str:
    """The path of a `file://` address.

    Raises:
        UsageError: it is on another machine.
    """
    host, slash, path = url.partition("://")[2].partition("/")
    if host not in ("", "localhost"):
        raise UsageError(f"file://{host}/ is another machine; give file:///PATH, or the path alone")
    return os.fsdecode(unquote_to_bytes(slash + path))


def _candidate(url: str, name: str) -> Candidate:
    """The input at an address.

    Args:
        url: the address.
        name: relative to where it was found; the end of the address's path.
    """
    address = parse_address(url)
    above = (*address.folders, address.name)[: -len(name.split("/"))]
    # Addresses that differ in their query only are told apart by its hash, outermost of all.
    above = (address.query, *above) if address.query else above
    return Candidate(InputFile(Path(address.public), name, url=url, origin=address.public), above)


def _below_glob(url: str, filters: Filters) -> FoundAt:
    parts = url.split("/")
    fixed = next(place for place, part in enumerate(parts) if GLOB.search(part))
    return _below("/".join(parts[:fixed]), Pattern(tuple(parts[fixed:])), filters)


def _below(folder: str, pattern: Pattern, filters: Filters) -> FoundAt:
    """All that is below a folder, around the results of earlier runs, as `Walk` has it."""
    from movenet_cli.io.object_store import Store  # noqa: PLC0415 - as above

    folder = folder.rstrip("/") + "/"
    names = Store(folder).names()
    results = _results(names)
    found, left_out = [], set()
    for name in sorted(filter(pattern.matches, names), key=natural_path_key):
        parts = tuple(part for part in name.split("/") if part not in ("", ".", ".."))
        is_result = any(parts[:depth] in results for depth in range(1, len(parts)))
        if filters.wants(name) and has_media_suffix(name) and not is_result:
            found.append(_candidate(folder + name, "/".join(parts)))
        else:
            left_out.add(folder + name)
    if not found:
        raise MediaError("there is no image or video below this address")
    return FoundAt(tuple(found), left_out)


def _results(names: list[str]) -> set[tuple[str, ...]]:
    """The folders that results of earlier runs are in."""
    locks = (name for name in names if f"/{name}".endswith(f"/{LOCK}"))
    folders = {tuple(name.removesuffix(LOCK).split("/")[:-1]) for name in locks}
    if () in folders:  # the folder that the user named holds results, and is looked into all the same
        folders |= {(KEYPOINTS,), (OVERLAY,)}
    return folders - {()}
