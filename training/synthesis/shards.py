"""Samples on disk: a range of numbers goes in, files of 500 pictures each come out."""

from __future__ import annotations

import functools
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.synthesis.keypoints import Landmarks, find_landmarks
from training.synthesis.library import Library, Wardrobe, load_library
from training.synthesis.sample import make_sample

SHARD = 500


@dataclass(frozen=True)
class Job:
    """One shard to write: samples ``first`` to ``first + count`` into ``path``."""

    bodies: Path
    wardrobe: Wardrobe
    first: int
    count: int
    path: Path


def plan(bodies: Path, wardrobe: Wardrobe, out: Path, count: int, seed: int) -> list[Job]:
    """Split samples ``seed`` to ``seed + count`` into shards, leaving out those that exist."""
    starts = range(0, count, SHARD)
    jobs = [
        Job(bodies, wardrobe, seed + k, min(SHARD, count - k), out / f"shard-{k // SHARD:05d}.npz")
        for k in starts
    ]
    return [job for job in jobs if not job.path.exists()]


@functools.cache
def _material(bodies: Path, wardrobe: Wardrobe) -> tuple[Library, Landmarks]:
    """A process reads the bodies once."""
    library = load_library(bodies, wardrobe)
    return library, find_landmarks(library)


def write_shard(job: Job) -> Path:
    """Draw a shard's samples and move the finished file into place.

    The file holds ``rgba`` (n, 224, 224, 4) uint8, ``keypoints`` (n, 17, 3) float32, ``box`` (n, 4) float32
    and ``family`` (n,) strings; see ``Sample``.
    """
    cv2.setNumThreads(1)
    library, landmarks = _material(job.bodies, job.wardrobe)
    samples = [make_sample(library, landmarks, job.first + k) for k in range(job.count)]
    unfinished = job.path.with_suffix(".part")
    with unfinished.open("wb") as stream:
        np.savez(
            stream,
            rgba=np.stack([sample.rgba for sample in samples]),
            keypoints=np.stack([sample.keypoints for sample in samples]),
            box=np.stack([sample.box for sample in samples]),
            family=np.array([sample.family for sample in samples]),
        )
    unfinished.replace(job.path)
    return job.path


def write_shards(jobs: list[Job], workers: int) -> Iterator[Path]:
    """Write shards, several at a time; yields each one's path when it is there."""
    if workers == 1:
        yield from map(write_shard, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(write_shard, jobs)
