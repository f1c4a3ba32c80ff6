"""Annotated COCO people and held-out rendered people in, accuracy figures of any single-person model out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch

from movenet_cli.core.oks import average_precision, oks, pck, torso_length
from training.decoding import FloatArray, HeadMaps, most_central, place
from training.network import HEAD_CHANNELS, Mini
from training.pictures import read_picture, square
from training.samples import Pools, SampleSource
from training.shards import ShardPool

#: A model: pictures (N, S, S, 3) uint8 RGB -> (N, 17, 3) x, y in their pixels and score.
Predict = Callable[[npt.NDArray[np.uint8]], FloatArray]
MIN_KEYPOINTS = 5
#: The torso of people seen from above or below is taken to be at least this part of the picture's side.
MIN_TORSO = 0.075
HELD_OUT_SEED = 20_26
BATCH = 32


@dataclass(frozen=True)
class Crops:
    """Pictures with one annotated person each.

    Attributes:
        images: (N, S, S, 3) uint8 RGB.
        annotated: (N, 17, 3) x, y in the images' pixels and visibility.
        area: (N,) the people's areas in the images' square pixels; unused for rendered people.
    """

    images: npt.NDArray[np.uint8]
    annotated: FloatArray
    area: FloatArray

    def resized(self, size: int) -> Crops:
        """The same at another side."""
        factor = size / self.images.shape[1]
        images = np.stack(
            [cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA) for image in self.images]
        )
        return Crops(images.astype(np.uint8), self.annotated * (factor, factor, 1), self.area * factor**2)


def coco_crops(folder: Path, size: int, pad: float = 1.0) -> Crops:
    """Square crops, `pad` times the longer side of annotated boxes, of people with 5 keypoints or more."""
    coco = json.loads((folder / "person_keypoints.json").read_text())
    files = {image["id"]: image["file_name"] for image in coco["images"]}
    images, annotated, area = [], [], []
    for person in coco["annotations"]:
        if person["iscrowd"] or person["num_keypoints"] < MIN_KEYPOINTS:
            continue
        x, y, width, height = person["bbox"]
        picture = read_picture(folder / "images" / files[person["image_id"]])
        crop, affine = square(picture, x + width / 2, y + height / 2, pad * max(width, height), size)
        keypoints = np.array(person["keypoints"], float).reshape(17, 3)
        keypoints[:, :2] = keypoints[:, :2] @ affine[:, :2].T + affine[:, 2]
        images.append(crop)
        annotated.append(keypoints)
        area.append(person["area"] * abs(np.linalg.det(affine[:, :2])))
    return Crops(np.stack(images), np.stack(annotated), np.array(area))


def held_out_crops(synthetic: Path, real: Path, size: int, count: int, *, hard: bool = False) -> Crops:
    """Rendered people of held-out shards, as portraits or, `hard`, as for training; always the same."""
    rng = np.random.default_rng(HELD_OUT_SEED)
    pools = Pools(
        ShardPool(synthetic, rng, 1000),
        ShardPool(real / "people", rng, 1),
        ShardPool(real / "backgrounds", rng, 2),
    )
    source = SampleSource(rng, pools)
    images, annotated = [], []
    while len(images) < count:
        sample = source.draw(size, real_share=0) if hard else source.portrait(size)
        target = sample.people[0, :-1]
        if (target[:, 2] > 0).sum() >= MIN_KEYPOINTS:
            images.append(sample.image)
            annotated.append(target)
    return Crops(np.stack(images), np.stack(annotated), np.zeros(count))


def coco_scores(predict: Predict, crops: Crops) -> dict[str, float]:
    """OKS figures: the mean, AP over .50:.05:.95, and the shares of people above .50 and .75."""
    similarity = oks(predict(crops.images), crops.annotated, crops.area)
    at = {
        f"AP@{threshold:.2f}": average_precision(similarity, np.array([threshold]))
        for threshold in (0.5, 0.75)
    }
    return {"OKS": float(similarity.mean()), "AP": average_precision(similarity), **at}


def pck_scores(predict: Predict, crops: Crops) -> dict[str, float]:
    """PCK at 0.1 and 0.2 of the torso's length."""
    reference = np.maximum(torso_length(crops.annotated), MIN_TORSO * crops.images.shape[1])
    predicted = predict(crops.images)
    return {
        f"PCK@{threshold}": pck(predicted, crops.annotated, reference, threshold) for threshold in (0.1, 0.2)
    }


def network_predictor(model: Mini) -> Predict:
    """The PyTorch network with the NumPy decode as a model."""

    def predict(images: npt.NDArray[np.uint8]) -> FloatArray:
        return np.concatenate(
            [_predict_batch(model, images[i : i + BATCH]) for i in range(0, len(images), BATCH)]
        )

    return predict


def _predict_batch(model: Mini, images: npt.NDArray[np.uint8]) -> FloatArray:
    x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 127.5 - 1
    x = x.to(model.heads.weight.device, memory_format=torch.channels_last)
    with torch.inference_mode():
        maps = model(x).float().permute(0, 2, 3, 1).cpu().numpy()
    return np.stack([_pose(head_maps(one)) for one in maps])


def _pose(maps: HeadMaps) -> FloatArray:
    """The pose that the exported model gives for a picture's maps."""
    return place(maps, np.array([most_central(maps)]))[0]


def head_maps(maps: FloatArray) -> HeadMaps:
    """(h, w, 86) raw output of the network -> its named heads, scores through the sigmoid."""
    center, heatmap, regression, offset = np.split(
        maps, np.cumsum(list(HEAD_CHANNELS.values()))[:-1], axis=-1
    )
    return HeadMaps(_sigmoid(center[..., 0]), _sigmoid(heatmap), regression, offset)


def _sigmoid(x: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-x)))
