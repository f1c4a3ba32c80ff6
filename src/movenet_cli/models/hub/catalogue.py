"""The catalogue of models that have names: what each is good for, and where its files come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from movenet_cli.core.size import Size
from movenet_cli.core.wording import nearest
from movenet_cli.errors import ModelError

if TYPE_CHECKING:
    from movenet_cli.core.model_info import Kind

Form = Literal["saved_model", "tflite"]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file of a SavedModel as somebody downloaded it before; another one deserves a warning, no more.

    Attributes:
        name: path in the model's folder.
        size: in bytes.
        sha256_start: the first characters of its hash.
    """

    name: str
    size: int
    sha256_start: str


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """One row of the catalogue.

    Attributes:
        name: what users type.
        title: its official name.
        kind: one person or up to six.
        input_size: in pixels; None when any multiples of 32 will do.
        version: the publisher's version number; a cached copy belongs to one version.
        megabytes: roughly how large it is on disk, in 10⁶ bytes.
        licence: SPDX identifier of the weights' licence.
        good_for: when to choose it.
        form: a SavedModel folder or a `.tflite` file.
        sources: addresses to download it from, best first; none when it is part of this package.
        sha256: the published file's hash where it is known, else None.
        known_files: what a SavedModel whose hash is not pinned is expected to hold.
    """

    name: str
    title: str
    kind: Kind
    input_size: Size | None
    version: int
    megabytes: float
    licence: str
    good_for: str
    form: Form
    sources: tuple[str, ...]
    sha256: str | None = None
    known_files: tuple[KnownFile, ...] = ()

    @property
    def shipped(self) -> bool:
        """Whether the package itself carries the file, so that nothing is ever downloaded."""
        return not self.sources


_HUB: Final = "https://tfhub.dev/google"
_KAGGLE: Final = "https://www.kaggle.com/models/google/movenet"
_KAGGLE_API: Final = "https://www.kaggle.com/api/v1/models/google/movenet"


def _saved_model(hub: str, kaggle: str) -> tuple[str, ...]:
    """Where a SavedModel's archive is published: Kaggle's API, its page, TF Hub, which redirects to it."""
    return (
        f"{_KAGGLE_API}/tensorFlow2/{kaggle}/download",
        f"{_KAGGLE}/TensorFlow2/{kaggle}?tf-hub-format=compressed",
        f"{_HUB}/movenet/{hub}?tf-hub-format=compressed",
    )


def _tflite(hub: str, kaggle: str) -> tuple[str, ...]:
    """Where a `.tflite` is published: Kaggle in an archive, numbered anew from 1; TF Hub as the bare file."""
    return (
        f"{_KAGGLE_API}/tfLite/{kaggle}/1/download",
        f"{_HUB}/lite-model/movenet/{hub}?lite-format=tflite",
    )


_LIGHTNING: Final = "MoveNet.SinglePose.Lightning"
_THUNDER: Final = "MoveNet.SinglePose.Thunder"
_MULTIPOSE: Final = "MoveNet.MultiPose.Lightning"
_APACHE: Final = "Apache-2.0"

_ROWS: Final = (
    CatalogueModel(
        name="thunder",
        title=_THUNDER,
        kind="single",
        input_size=Size(256, 256),
        version=4,
        megabytes=25,
        licence=_APACHE,
        good_for="one person, most accurate",
        form="saved_model",
        sources=_saved_model("singlepose/thunder/4", "singlepose-thunder/4"),
    ),
    CatalogueModel(
        name="lightning",
        title=_LIGHTNING,
        kind="single",
        input_size=Size(192, 192),
        version=4,
        megabytes=20.6,
        licence=_APACHE,
        good_for="one person, 2.5 times as fast as thunder",
        form="saved_model",
        sources=_saved_model("singlepose/lightning/4", "singlepose-lightning/4"),
        known_files=(
            KnownFile("saved_model.pb", 10_950_307, "842d9d68"),
            KnownFile("variables/variables.data-00000-of-00001", 9_616_714, "da90896e"),
        ),
    ),
    CatalogueModel(
        name="multipose",
        title=_MULTIPOSE,
        kind="multi",
        input_size=None,
        version=1,
        megabytes=20,
        licence=_APACHE,
        good_for="up to six people",
        form="saved_model",
        sources=_saved_model("multipose/lightning/1", "multipose-lightning/1"),
    ),
    CatalogueModel(
        name="mini",
        title="movenet-cli mini",
        kind="single",
        input_size=Size(160, 160),
        version=1,
        megabytes=1.9,
        licence=_APACHE,
        good_for="trying things out without a download; less accurate",
        form="tflite",
        sources=(),
    ),
    CatalogueModel(
        name="mini-multi",
        title="movenet-cli mini for several people",
        kind="multi",
        input_size=Size(320, 320),
        version=1,
        megabytes=2.0,
        licence=_APACHE,
        good_for="up to six people without a download; less accurate",
        form="tflite",
        sources=(),
    ),
    CatalogueModel(
        name="thunder-int8",
        title=f"{_THUNDER} int8",
        kind="single",
        input_size=Size(256, 256),
        version=4,
        megabytes=7.1,
        licence=_APACHE,
        good_for="one person, faster than thunder, less accurate",
        form="tflite",
        sources=_tflite("singlepose/thunder/tflite/int8/4", "singlepose-thunder-tflite-int8"),
        sha256="b72fed22707cd6fb94b5a248b9bddb9c062b9f445471b4fa263407cf6d222011",
    ),
    CatalogueModel(
        name="lightning-int8",
        title=f"{_LIGHTNING} int8",
        kind="single",
        input_size=Size(192, 192),
        version=4,
        megabytes=2.9,
        licence=_APACHE,
        good_for="one person, fastest and smallest, less accurate",
        form="tflite",
        sources=_tflite("singlepose/lightning/tflite/int8/4", "singlepose-lightning-tflite-int8"),
        sha256="cd7cc22fa946e5d146a7b98d496853e1923e22828d3972d579973f27f91bb105",
    ),
    CatalogueModel(
        name="thunder-float16",
        title=f"{_THUNDER} float16",
        kind="single",
        input_size=Size(256, 256),
        version=4,
        megabytes=12.6,
        licence=_APACHE,
        good_for="thunder at half the download",
        form="tflite",
        sources=_tflite("singlepose/thunder/tflite/float16/4", "singlepose-thunder-tflite-float16"),
        sha256="41641538679ec79b07d4101e591dda47d098c09af29607674b2a40b8a3798dd3",
    ),
    CatalogueModel(
        name="lightning-float16",
        title=f"{_LIGHTNING} float16",
        kind="single",
        input_size=Size(192, 192),
        version=4,
        megabytes=4.8,
        licence=_APACHE,
        good_for="lightning at half the download",
        form="tflite",
        sources=_tflite("singlepose/lightning/tflite/float16/4", "singlepose-lightning-tflite-float16"),
        sha256="0fac2226112d0371903ca86e3853cec24ef603a0b2f96f589b180f0ebdd135ab",
    ),
    CatalogueModel(
        name="multipose-float16",
        title=f"{_MULTIPOSE} float16",
        kind="multi",
        input_size=None,
        version=1,
        megabytes=9.6,
        licence=_APACHE,
        good_for="multipose at half the download",
        form="tflite",
        sources=_tflite("multipose/lightning/tflite/float16/1", "multipose-lightning-tflite-float16"),
        sha256="d4489f89e6bd6777a8b9a1a16189832131f84ff90d82fae729e670b84d7948dd",
    ),
)

CATALOGUE: Final = {row.name: row for row in _ROWS}
"""Every model that has a name; a new model is one more row."""

_BY_ADDRESS: Final = {source.partition("?")[0]: row for row in _ROWS for source in row.sources}


def catalogue_model(name: str) -> CatalogueModel:
    """The row of a name, or of an address at which the publisher offers the model.

    Raises:
        ModelError: there is no such row; it says which name comes nearest.
    """
    row = CATALOGUE.get(name) or _BY_ADDRESS.get(name.partition("?")[0])
    if row is None:
        raise ModelError(f"no model is called {name!r}: {_suggestion(name)}")
    return row


def _suggestion(name: str) -> str:
    near = nearest(name, CATALOGUE)
    start = f"did you mean {near}? The" if near else "the"
    return f"{start} names are {', '.join(CATALOGUE)}; a file or folder is given by its path"
