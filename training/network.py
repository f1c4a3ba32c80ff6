"""The `mini` network in PyTorch: normalised RGB (N, 3, S, S) in, MoveNet's four head maps at stride 4 out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

KEYPOINTS = 17
STRIDE = 4
#: Channels of the one output convolution, in this order.
HEAD_CHANNELS = {
    "center": 1,
    "heatmap": KEYPOINTS,
    "regression": 2 * KEYPOINTS,
    "offset": 2 * KEYPOINTS,
}


@dataclass(frozen=True)
class Architecture:
    """Widths and depths; channel 0 is the stem's (stride 2), the others the stages' at strides 4 to 32."""

    channels: tuple[int, int, int, int, int] = (16, 32, 64, 128, 192)
    blocks: tuple[int, int, int, int] = (1, 2, 2, 1)
    pyramid: int = 48
    head: int = 64


class ConvNorm(nn.Module):
    """3x3 convolution, batch norm, optional ReLU; stride 2 pads at the bottom and right, as in TensorFlow."""

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1, relu: bool = True) -> None:
        super().__init__()
        self.stride, self.relu = stride, relu
        self.conv = nn.Conv2d(channels_in, channels_out, 3, stride, 1 if stride == 1 else 0, bias=False)
        self.norm = nn.BatchNorm2d(channels_out)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C', H / stride, W / stride)."""
        if self.stride == 2:
            x = functional.pad(x, (0, 1, 0, 1))
        x = self.norm(self.conv(x))
        return functional.relu(x, inplace=True) if self.relu else x


class Residual(nn.Module):
    """Two 3x3 convolutions beside an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = ConvNorm(channels, channels)
        self.second = ConvNorm(channels, channels, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same shape."""
        return functional.relu(x + self.second(self.first(x)), inplace=True)


class Mini(nn.Module):
    """Dense 3x3 residual backbone, feature pyramid to stride 4, one 1x1 convolution for all four heads."""

    def __init__(self, arch: Architecture = Architecture()) -> None:
        super().__init__()
        self.arch = arch
        c, f = arch.channels, arch.pyramid
        self.stem = ConvNorm(3, c[0], 2)
        self.stages = nn.ModuleList(
            nn.Sequential(ConvNorm(c[i], c[i + 1], 2), *[Residual(c[i + 1]) for _ in range(n)])
            for i, n in enumerate(arch.blocks)
        )
        self.laterals = nn.ModuleList(nn.Conv2d(width, f, 1) for width in c[1:])
        self.merges = nn.ModuleList([ConvNorm(f, arch.head), ConvNorm(f, f), ConvNorm(f, f)])
        self.heads = nn.Conv2d(arch.head, sum(HEAD_CHANNELS.values()), 1)
        self._start_unsure()

    def _start_unsure(self) -> None:
        """Sets biases so that an untrained network scores every cell of the centre and heat maps 1 %."""
        scores = HEAD_CHANNELS["center"] + HEAD_CHANNELS["heatmap"]
        with torch.no_grad():
            self.heads.bias[:scores].fill_(-4.6)  # type: ignore[index]

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, S, S) float, -1..1 -> (N, 86, S/4, S/4): the heads' channels in order; logits, and cells."""
        x = self.stem(x)
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        p = self.laterals[3](features[3])
        for level in (2, 1, 0):
            p = functional.interpolate(p, scale_factor=2, mode="bilinear", align_corners=False)
            p = self.merges[level](p + self.laterals[level](features[level]))
        return self.heads(p)


@torch.no_grad()
def take_over(model: Mini, weights: dict[str, Tensor]) -> None:
    """Gives the network the weights of another one as wide; blocks that it lacks start as the identity."""
    for module in model.modules():
        if isinstance(module, Residual):
            module.second.norm.weight.zero_()
    surplus = model.load_state_dict(weights, strict=False).unexpected_keys
    if surplus:
        raise ValueError(f"the weights are of another network: it has {', '.join(surplus[:3])}")
