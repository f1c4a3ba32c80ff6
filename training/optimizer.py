"""Gradients in, steps out: orthogonalised momentum (Muon) for kernels, AdamW for biases and norms."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.precision import fastest

MOMENTUM = 0.95
DECAY = 0.01
#: Coefficients of the quintic Newton-Schulz iteration that brings all singular values near 1.
QUINTIC = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
#: Size of an orthogonalised update, as its root mean square, that matches AdamW's at the same learning rate.
MATCHED_RMS = 0.2


class Muon(torch.optim.Optimizer):
    """Steps along the nearest orthogonal matrix of each kernel's momentum, seen as (out, in * kh * kw)."""

    def __init__(self, kernels: list[nn.Parameter], rate: float) -> None:
        """Takes the kernels, each of two or more dimensions, and the learning rate."""
        super().__init__(kernels, {"lr": rate})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Changes the kernels by their gradients."""
        for group in self.param_groups:
            for kernel in group["params"]:
                momentum = self.state[kernel].setdefault("momentum", torch.zeros_like(kernel))
                momentum.lerp_(kernel.grad, 1 - MOMENTUM)
                update = orthogonal(kernel.grad.lerp(momentum, MOMENTUM).flatten(1))
                kernel.mul_(1 - group["lr"] * DECAY)
                size = MATCHED_RMS * max(update.shape) ** 0.5
                kernel.add_(update.view_as(kernel), alpha=-group["lr"] * size)


def orthogonal(matrix: Tensor) -> Tensor:
    """About U V^T of a matrix U S V^T, float32: its singular values brought to about 0.7..1.2."""
    wide = matrix.shape[0] <= matrix.shape[1]
    x = (matrix if wide else matrix.T).to(fastest(matrix.device))
    x = x / (x.norm() + 1e-7)
    a, b, c = QUINTIC
    for _ in range(ITERATIONS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return (x if wide else x.T).float()


def optimizers(model: nn.Module, rate: float) -> list[torch.optim.Optimizer]:
    """One optimiser for the kernels and one for all else."""
    kernels = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    return [Muon(kernels, rate), torch.optim.AdamW(others, rate, weight_decay=0)]
