"""Head maps and targets in, one loss out: where keypoints are, how sure to be, and two kinds of distances."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.network import HEAD_CHANNELS, STRIDE

CENTER, HEATMAP, REGRESSION, _OFFSET = HEAD_CHANNELS.values()
#: Weights of the parts: place, confidence, regression, offset.
WEIGHTS = (1.0, 0.1, 0.1, 0.2)
#: Heat below this is background in the place loss.
FLOOR = 0.03
#: Cells around a centre or a keypoint that learn its distances: 3x3.
WINDOW = tuple((dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1))


@dataclass(frozen=True)
class Losses:
    """The total to minimise and its four parts, scalars."""

    total: Tensor
    place: Tensor
    confidence: Tensor
    regression: Tensor
    offset: Tensor


def losses(maps: Tensor, heat: Tensor, people: Tensor, valid: Tensor) -> Losses:
    """The loss of a batch.

    Args:
        maps: (N, 86, h, h) float, the network's output.
        heat: (N, 18, h, h) float, 0..1: keypoint and, last, centre scores.
        people: (N, P, 18, 3): x, y in pixels and weight of keypoints and, last, centre.
        valid: (N, 18), 0 where the heat must not be learnt from.
    """
    center, heatmap, regression, offset = torch.split(maps, list(HEAD_CHANNELS.values()), dim=1)
    logits = torch.cat([heatmap, center], dim=1)
    points = people[..., :2] / STRIDE
    weight = people[..., 2]
    parts = (
        place_loss(logits, heat, valid),
        confidence_loss(logits, heat, valid),
        regression_loss(regression, points, weight),
        offset_loss(offset, points[:, :, :-1], weight[:, :, :-1]),
    )
    return Losses(
        sum((w * part for w, part in zip(WEIGHTS, parts, strict=True)), torch.zeros_like(parts[0])), *parts
    )


def place_loss(logits: Tensor, heat: Tensor, valid: Tensor) -> Tensor:
    """Cross-entropy of a softmax over the cells and the heat as distribution, weighted by the heat's peak."""
    target = (heat - FLOOR).clamp_min(0).flatten(2)
    peak = target.amax(dim=-1)
    target = target / (target.sum(dim=-1, keepdim=True) + 1e-6)
    entropy = -(target * functional.log_softmax(logits.flatten(2), dim=-1)).sum(dim=-1)
    weight = peak * valid
    return (entropy * weight).sum() / (weight.sum() + 1e-6)


def confidence_loss(logits: Tensor, heat: Tensor, valid: Tensor) -> Tensor:
    """Binary cross-entropy of every cell, summed over a map, averaged over the maps."""
    each = functional.binary_cross_entropy_with_logits(logits, heat, reduction="none").flatten(2).sum(dim=-1)
    return (each * valid).sum() / (valid.sum() + 1e-6)


def regression_loss(regression: Tensor, points: Tensor, weight: Tensor) -> Tensor:
    """Distance, in cells, of the keypoints guessed from the cells around every person's centre."""
    cells = _around(points[:, :, -1], regression.shape[-1])
    guess = _gather(regression, cells).unflatten(-1, (-1, 2))
    wanted = points[:, :, None, :-1] - cells[:, :, :, None]
    here = (weight[:, :, -1:] * weight[:, :, :-1])[:, :, None]
    return _mean_distance(guess, wanted, here)


def offset_loss(offset: Tensor, points: Tensor, weight: Tensor) -> Tensor:
    """Distance, in cells, of the offsets around every keypoint's cell."""
    n, p, k = weight.shape
    maps = offset.unflatten(1, (k, 2)).flatten(0, 1)
    points, weight = points.transpose(1, 2).reshape(n * k, p, 2), weight.transpose(1, 2).reshape(n * k, p)
    cells = _around(points, offset.shape[-1])
    return _mean_distance(_gather(maps, cells), points[:, :, None] - cells, weight[:, :, None])


def _around(points: Tensor, side: int) -> Tensor:
    """(N, P, 2) x, y in cells -> (N, P, 9, 2): the 3x3 cells around, those outside moved to the edge."""
    return (points.floor()[:, :, None] + torch.tensor(WINDOW, device=points.device)).clamp(0, side - 1)


def _gather(maps: Tensor, cells: Tensor) -> Tensor:
    """(N, C, h, h) maps at (N, P, W, 2) cells x, y -> (N, P, W, C)."""
    index = (cells[..., 1] * maps.shape[-1] + cells[..., 0]).long().flatten(1)
    found = maps.flatten(2).gather(2, index[:, None].expand(-1, maps.shape[1], -1))
    return found.transpose(1, 2).unflatten(1, cells.shape[1:3])


def _mean_distance(yx: Tensor, xy: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean of |dy| + |dx| between channels y, x and points x, y."""
    distance = (yx - xy.flip(-1)).abs().sum(-1)
    return (distance * weight).sum() / (weight.expand_as(distance).sum() + 1e-6)
