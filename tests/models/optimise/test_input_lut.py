"""Networks with an input lookup table: the same bits out, or left as they are."""

from pathlib import Path

import numpy as np
import pytest

from movenet_cli.core.types import Size
from movenet_cli.models.interpreter import Network
from movenet_cli.models.optimise.input_lut import with_input_table
from movenet_cli.models.optimise.tflite_graph import Graph
from tests.models.tflites import MULTI, Quantisation, TinyModel


def steps(content: bytes) -> int:
    return len(Graph(content).operators)


def check_bits(content: bytes, size: Size) -> np.ndarray:
    """Both networks on noise; what they were replaced by is returned."""
    shorter, table = with_input_table(content)
    assert table is not None
    assert steps(shorter) < steps(content)
    noise = np.random.default_rng(3).integers(0, 256, (3, *size.shape, 3), np.uint8)
    whole, rest = Network(content, "whole", size), Network(shorter, "rest", size, table)
    for pixels in noise:
        for theirs, ours in zip(whole.invoke(pixels), rest.invoke(pixels), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    return table


@pytest.mark.parametrize("input_type", ["uint8", "int32"])
def test_a_cast_becomes_a_table(input_type: str) -> None:
    table = check_bits(TinyModel(input_type=input_type).content(), Size(8, 8))
    np.testing.assert_array_equal(table, np.arange(256, dtype=np.float32)[:, None].repeat(3, axis=1)[None])


def test_colours_may_have_tables_of_their_own() -> None:
    table = check_bits(TinyModel(factors=(0.5, 2.0, -1.0)).content(), Size(8, 8))
    np.testing.assert_array_equal(table[0, 255], [127.5, 510, -255])


def test_images_larger_than_the_table_and_of_open_size() -> None:
    model = TinyModel(input_shape=(1, -1, -1, 3), output=MULTI, factors=(0.1,))
    for size in (Size(64, 32), Size(32, 96)):
        check_bits(model.content(), size)


def test_parts_of_a_image_that_do_not_lie_together() -> None:
    content, table = with_input_table(TinyModel(input_type="int32").content())
    image = np.random.default_rng(4).integers(0, 256, (20, 20, 3), np.uint8)
    part = image[3:11, 5:13]
    ours = Network(content, "rest", Size(8, 8), table).invoke(part)[0]
    np.testing.assert_array_equal(ours, Network(content, "rest", Size(8, 8), table).invoke(part.copy())[0])
    assert ours[0, 0, 0, 0] == pytest.approx(part.mean(), rel=1e-6)


def test_images_of_another_size_are_an_error() -> None:
    content, table = with_input_table(TinyModel(input_type="int32").content())
    network = Network(content, "rest", Size(8, 8), table)
    with pytest.raises(ValueError, match="broadcast"):
        network.invoke(np.zeros((9, 8, 3), np.uint8))


@pytest.mark.parametrize(
    "model",
    [
        TinyModel(input_type="float32"),
        TinyModel(mirrored=True),
        TinyModel(input_type="float32", tiles=1, factors=(1.0,), mirrored=True),
    ],
    ids=["nothing before the network", "pixels change places", "after others, too"],
)
def test_what_is_not_done_pixel_by_pixel_stays(model: TinyModel) -> None:
    content = model.content()
    assert with_input_table(content) == (content, None)


def test_the_official_int8_model(lightning_int8: Path) -> None:
    content = lightning_int8.read_bytes()
    table = check_bits(content, Size(192, 192))
    assert table.dtype == np.int8


def test_quantised_outputs_stay_what_they_are() -> None:
    check_bits(
        TinyModel(input_type="int32", output_quantisation=Quantisation(0.25, -100)).content(), Size(8, 8)
    )
