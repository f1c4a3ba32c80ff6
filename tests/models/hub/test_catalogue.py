"""Catalogue: complete rows, published addresses and hashes, help with misspelt names."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from movenet_cli.errors import ModelError
from movenet_cli.io.hashing import sha256_of_model
from movenet_cli.models.hub.catalogue import CATALOGUE, CatalogueModel, catalogue_model
from movenet_cli.models.hub.resolve import find_local

ROWS = [pytest.param(row, id=name) for name, row in CATALOGUE.items()]


def test_names() -> None:
    assert set(CATALOGUE) == {
        "lightning", "thunder", "multipose", "mini", "mini-multi",
        "lightning-int8", "thunder-int8",
        "lightning-float16", "thunder-float16", "multipose-float16",
    }  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_rows_are_complete(row: CatalogueModel) -> None:
    assert CATALOGUE[row.name] is row
    assert row.licence == "Apache-2.0"
    assert row.good_for
    assert row.version >= 1
    assert 1 <= row.megabytes <= 30
    assert (row.kind == "multi" and not row.shipped) == (row.input_size is None)
    assert row.sha256 is None or re.fullmatch("[0-9a-f]{64}", row.sha256)
    assert row.shipped == row.name.startswith("mini")


@pytest.mark.parametrize("row", [row for row in ROWS if row.id not in {"mini", "mini-multi"}])
def test_sources_are_kaggle_then_tf_hub(row: CatalogueModel) -> None:
    addresses = [urlsplit(source) for source in row.sources]
    assert {address.scheme for address in addresses} == {"https"}
    hosts = [address.netloc for address in addresses]
    assert hosts == ["www.kaggle.com"] * (len(hosts) - 1) + ["tfhub.dev"]
    assert len(hosts) >= 2
    assert addresses[0].path.startswith("/api/v1/models/google/movenet/")
    assert addresses[0].path.endswith("/download")
    assert row.sources[-1].endswith(f"/{row.version}?{addresses[-1].query}")
    query = "tf-hub-format=compressed" if row.form == "saved_model" else "lite-format=tflite"
    assert addresses[-1].query == query


def test_addresses_of_the_official_models() -> None:
    api = "https://www.kaggle.com/api/v1/models/google/movenet"
    assert CATALOGUE["thunder"].sources == (
        f"{api}/tensorFlow2/singlepose-thunder/4/download",
        "https://www.kaggle.com/models/google/movenet/TensorFlow2/singlepose-thunder/4?tf-hub-format=compressed",
        "https://tfhub.dev/google/movenet/singlepose/thunder/4?tf-hub-format=compressed",
    )
    assert CATALOGUE["multipose-float16"].sources == (
        f"{api}/tfLite/multipose-lightning-tflite-float16/1/download",
        "https://tfhub.dev/google/lite-model/movenet/multipose/lightning/tflite/float16/1?lite-format=tflite",
    )


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("lightning-int8", 2_894_840),
        ("thunder-int8", 7_126_768),
        ("lightning-float16", 4_758_512),
        ("thunder-float16", 12_584_128),
        ("multipose-float16", 9_585_276),
        ("lightning", 20_567_021),
    ],
)
def test_sizes_are_the_published_ones(name: str, size: int) -> None:
    assert CATALOGUE[name].megabytes == pytest.approx(size / 1e6, abs=0.05)


def test_every_tflite_file_is_pinned() -> None:
    unpinned = {name for name, row in CATALOGUE.items() if row.sha256 is None}
    assert unpinned == {"thunder", "lightning", "multipose", "mini", "mini-multi"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("thundr", "thunder"),
        ("Lightning", "lightning"),
        ("multi-pose", "multipose"),
        ("lightning_int8", "lightning-int8"),
    ],
)
def test_a_misspelt_name_gets_the_nearest_one(typed: str, meant: str) -> None:
    with pytest.raises(ModelError, match=f"no model is called '{typed}': did you mean {meant}?"):
        catalogue_model(typed)


def test_a_name_like_no_other_gets_the_list() -> None:
    with pytest.raises(ModelError) as caught:
        catalogue_model("xyz")
    assert str(caught.value).startswith("no model is called 'xyz': the names are thunder, ")
    assert all(name in str(caught.value) for name in CATALOGUE)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://tfhub.dev/google/movenet/singlepose/thunder/4",
        "https://www.kaggle.com/models/google/movenet/TensorFlow2/singlepose-thunder/4",
        "https://tfhub.dev/google/movenet/singlepose/thunder/4?tf-hub-format=compressed",
    ],
)
def test_a_published_address_names_its_model(address: str) -> None:
    assert catalogue_model(address).name == "thunder"


def test_the_pinned_int8_file_is_the_official_one(lightning_int8: Path) -> None:
    row = CATALOGUE["lightning-int8"]
    assert sha256_of_model(lightning_int8) == row.sha256
    assert lightning_int8.stat().st_size / 1e6 == pytest.approx(row.megabytes, abs=0.05)


@pytest.mark.parametrize("name", ["mini", "mini-multi"])
def test_the_shipped_models_are_what_their_rows_say(name: str) -> None:
    row = CATALOGUE[name]
    found = find_local(row)
    if found is None:
        pytest.skip(f"this checkout has no weights/{name}.tflite")
    assert found.path.stat().st_size / 1e6 == pytest.approx(row.megabytes, abs=0.1)
    assert found.path.read_bytes()[4:8] == b"TFL3"
