"""`--include` and `--exclude`: which of the files below a folder are wanted."""

from collections.abc import Sequence
from fnmatch import fnmatchcase


class Filters:
    """Globs on names relative to the folder that is walked.

    A glob is compared with a file's whole relative name and with its last part, and with those of every
    folder above it: `cam2` means a file or folder of that name, wherever it is, with all below it; `cam2/`
    only folders.

    Args:
        include: what is wanted must match one of them, if there are any.
        exclude: what matches one of these is not wanted.
    """

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self._include = [_Glob(text) for text in include]
        self._exclude = [_Glob(text) for text in exclude]

    def wants(self, name: str) -> bool:
        """Whether a file is wanted; `name` is relative, `/` between its parts."""
        is_excluded = self.excludes(name)
        is_included = _any(self._include, name)
        return not is_excluded and (is_included or not self._include)

    def excludes(self, name: str) -> bool:
        """Whether a file or folder is left out by name."""
        return _any(self._exclude, name)

    @property
    def unmatched(self) -> tuple[str, ...]:
        """The globs, as given, that nothing has matched so far."""
        return tuple(each.text for each in (*self._include, *self._exclude) if not each.has_matched)


class _Glob:
    """One pattern, which remembers whether it was of use."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.has_matched = False
        shortened = text
        while shortened.startswith("./"):
            shortened = shortened[2:]
        self._pattern = shortened.rstrip("/")
        self._folders_only = shortened.endswith("/")

    def matches(self, name: str) -> bool:
        parts = name.split("/")
        ends = range(1, len(parts) + (not self._folders_only))
        is_match = any(
            fnmatchcase("/".join(parts[:end]), self._pattern) or fnmatchcase(parts[end - 1], self._pattern)
            for end in ends
        )
        self.has_matched |= is_match
        return is_match


def _any(globs: Sequence[_Glob], name: str) -> bool:
    """Whether one matches; all are asked, so that each knows whether it is of use."""
    matched = [glob.matches(name) for glob in globs]
    return any(matched)
