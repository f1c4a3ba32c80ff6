"""Addresses (URLs) of inputs: how their files are called, and what results may say of them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from movenet_cli.io.hashing import sha256_of_bytes

_ADDRESS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
WEB: Final = frozenset(("http", "https"))

_SIGNATURE: Final = re.compile(
    r"x-(amz|goog|oss|ms)-.*|awsaccesskeyid|googleaccessid|ossaccesskeyid|key-pair-id|policy|.*signature.*|sig"
    r"|expires?|.*token.*|api_?key|.*secret.*|.*passw.*|pwd|auth.*",
    re.IGNORECASE,
)
"""Parameters of a query that let somebody in, and change with every signing, instead of naming a file."""

_AZURE: Final = frozenset(
    ["sv", "ss", "srt", "sr", "sp", "st", "se", "spr", "sip", "skoid", "sktid", "skt", "ske", "sks", "skv"]
)
"""Those of Azure, whose names are too common to mean that without a `sig` beside them."""


def scheme_of(text: str) -> str | None:
    """The scheme of an address, in lower case; None for a text that is none, such as a path."""
    found = _ADDRESS.match(text)
    return found[1].lower() if found else None


@dataclass(frozen=True, slots=True)
class Address:
    """An address, split.

    Attributes:
        scheme: `https`, `s3`, ….
        host: with the port; of an object store, the bucket.
        parts: of the path, outermost first, as file names; none that is empty or leads upwards.
        query: a short hash of what of the query may tell two files apart; empty when there is nothing.
        public: the address without user, password, query and fragment, the hash in the query's place.
    """

    scheme: str
    host: str
    parts: tuple[str, ...]
    query: str
    public: str

    @property
    def name(self) -> str:
        """How the file is called."""
        return self.parts[-1] if self.parts else self.host

    @property
    def folders(self) -> tuple[str, ...]:
        """The names of the folders that it is in, the host's outermost."""
        return (self.host, *self.parts[:-1])


@lru_cache(maxsize=16)
def parse_address(text: str) -> Address:
    """Split an address.

    Raises:
        ValueError: it has no host, or is no address at all.
    """
    try:
        parts = urlsplit(text)
    except ValueError:  # whose message may hold a password
        raise ValueError("not an address that can be read") from None
    scheme, is_web = parts.scheme.lower(), parts.scheme.lower() in WEB
    # `container@account` of Azure is no secret; a name with a password is.
    user, _, host = parts.netloc.rpartition("@")
    host = parts.netloc if user and ":" not in user and not is_web else host
    if not host:
        raise ValueError("the address names no host")
    # In a store, all that follows the bucket is the object's key, whatever characters it has.
    path = parts.path if is_web else text.partition("://")[2].partition("/")[2]
    split = [_as_file_name(part) if is_web else part for part in path.split("/")]
    names = tuple(part for part in split if part not in ("", ".", ".."))
    query = _hash(parts.query) if is_web else ""
    public = f"{scheme}://{host}/{path.lstrip('/')}" + (f"?[{query}]" if query else "")
    return Address(scheme, host, names, query, public)


def public_address(text: str) -> str:
    """An input as a message may name it: of an address, without what is secret; a path as it is."""
    if scheme_of(text) is None:
        return text
    try:
        return parse_address(text).public
    except ValueError:
        return f"{scheme_of(text)}://"


def _as_file_name(part: str) -> str:
    """A part of a path as it was before it was encoded, where that can be a file's name."""
    plain = unquote(part, errors="surrogateescape")
    return part if "/" in plain or "\0" in plain else plain


def _hash(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    others = _AZURE if any(name == "sig" for name, _ in pairs) else frozenset[str]()
    kept = [(name, value) for name, value in pairs if not _SIGNATURE.fullmatch(name) and name not in others]
    return sha256_of_bytes(urlencode(kept, errors="surrogatepass").encode())[:8] if kept else ""
