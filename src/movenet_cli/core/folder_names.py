"""What the parts of a results folder are called; each stated here, since several families need it."""

from typing import Final

KEYPOINTS: Final = "keypoints"
"""The folder of the documents, an input's in each format."""

OVERLAY: Final = "overlay"
"""The folder of the renders, and their name among the formats."""

DATASET: Final = "coco.json"
"""What is made of all inputs' parts."""

DATASET_PARTS: Final = ".movenet/coco"
"""The folder of these parts."""

RUN: Final = "run.json"
"""The account of the last run."""

LOCK: Final = ".movenet/lock"
"""What every results folder has, and the run that writes there holds."""

SEGMENTS: Final = ".movenet/segments"
"""The folder of what is done of videos that are not finished."""

SHARDS: Final = ".movenet/shards"
"""The folder of what the shards of a run write down, until it is merged."""

JOURNAL_PARTS: Final = ".movenet/journal"
"""The folder of what is appended to a journal where nothing can be appended to a file: in an object store."""

STAGED: Final = ".movenet/staged"
"""The folder of complete files that have not got their names yet, in an object store."""

PROBE: Final = ".movenet/probe"
"""Is written and removed again to see whether a folder that was away can be written again."""
