"""A trained `mini` in, a `.tflite` with MoveNet's signature and decode out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tensorflow as tf
import torch
from torch import nn

from training.graph import decode_people, head_maps, most_central, place
from training.network import ConvNorm, Mini

Weights = Mapping[str, npt.NDArray[np.float32]]


def folded_weights(model: Mini) -> dict[str, npt.NDArray[np.float32]]:
    """`LAYER/kernel` (kh, kw, in, out) and `LAYER/bias` (out,) of every convolution, batch norm folded in."""
    weights: dict[str, npt.NDArray[np.float32]] = {}
    for name, module in model.named_modules():
        if isinstance(module, ConvNorm):
            kernel, bias = _fold(module)
        elif isinstance(module, nn.Conv2d) and module.bias is not None:
            kernel, bias = module.weight, module.bias
        else:
            continue
        weights[f"{name}/kernel"] = kernel.detach().permute(2, 3, 1, 0).numpy().astype(np.float32)
        weights[f"{name}/bias"] = bias.detach().numpy().astype(np.float32)
    return weights


def _fold(layer: ConvNorm) -> tuple[torch.Tensor, torch.Tensor]:
    norm = layer.norm
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return layer.conv.weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale


def _convolution(weights: Weights, name: str, x: tf.Tensor, stride: int = 1, relu: bool = True) -> tf.Tensor:
    x = tf.nn.conv2d(x, weights[f"{name}/kernel"], stride, "SAME") + weights[f"{name}/bias"]
    return tf.nn.relu(x) if relu else x


def network(weights: Weights, x: tf.Tensor) -> tf.Tensor:
    """(N, S, S, 3) float, -1..1 -> (N, S/4, S/4, 86): the graph of `Mini.forward`, channels last."""
    x = _convolution(weights, "stem", x, stride=2)
    features = []
    for stage in range(4):
        x = _convolution(weights, f"stages.{stage}.0", x, stride=2)
        block = 1
        while f"stages.{stage}.{block}.first/kernel" in weights:
            inner = _convolution(weights, f"stages.{stage}.{block}.first", x)
            x = tf.nn.relu(x + _convolution(weights, f"stages.{stage}.{block}.second", inner, relu=False))
            block += 1
        features.append(x)
    p = _convolution(weights, "laterals.3", features[3], relu=False)
    for level in (2, 1, 0):
        p = tf.compat.v1.image.resize_bilinear(p, [2 * p.shape[1], 2 * p.shape[2]], half_pixel_centers=True)
        p = _convolution(
            weights,
            f"merges.{level}",
            p + _convolution(weights, f"laterals.{level}", features[level], relu=False),
        )
    return _convolution(weights, "heads", p, relu=False)


def signature(weights: Weights, size: int, people: bool) -> Callable[..., tf.Tensor]:
    """The exported function: int32 `input` [1, size, size, 3] RGB 0..255 -> float32 `output_0`.

    The output is single-pose MoveNet's [1, 1, 17, 3], or with `people` multi-pose MoveNet's [1, 6, 56].
    """

    @tf.function(input_signature=[tf.TensorSpec([1, size, size, 3], tf.int32, name="input")])
    def serve(input: tf.Tensor) -> dict[str, tf.Tensor]:
        x = tf.cast(input, tf.float32) * (1 / 127.5) - 1
        maps = head_maps(network(weights, x)[0])
        if not people:
            return {"output_0": place(maps, most_central(maps))[None]}
        # Who is large is seen better in a picture of half the size.
        half = head_maps(network(weights, tf.nn.avg_pool2d(x, 2, 2, "VALID"))[0])
        return {"output_0": decode_people([maps, half])}

    return serve


def flatbuffer(model: Mini, size: int, *, quantized: bool, people: bool = False) -> bytes:
    """The network, decode included, for pictures of side `size`, a multiple of 32.

    `quantized` stores the convolutions' weights as int8 with a scale for each output channel; LiteRT then
    quantises each layer's input as it comes. Without it all is float32. `people`: see `signature`.
    """
    module = tf.Module()
    module.serve = signature(folded_weights(model), size, people)
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [module.serve.get_concrete_function()], module
    )
    if quantized:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return bytes(converter.convert())


def export_tflite(model: Mini, size: int, path: Path, *, people: bool = False) -> int:
    """Writes the quantised network; returns the file's size in bytes."""
    data = flatbuffer(model, size, quantized=True, people=people)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return len(data)
