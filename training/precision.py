"""Which numbers to multiply in: bfloat16 where a device is fast at it, float32 elsewhere."""

from __future__ import annotations

import torch


def fastest(device: torch.device) -> torch.dtype:
    """bfloat16 on accelerators and CPUs with AVX-512; another CPU takes nine times as long for it."""
    slow = device.type == "cpu" and torch.backends.cpu.get_cpu_capability() != "AVX512"
    return torch.float32 if slow else torch.bfloat16
