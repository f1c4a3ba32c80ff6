"""What is read once: the folder of bodies goes in, morphs, skeleton, clothes, hair and poses come out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from training.synthesis.assets import Floats, Indices, read_bvh, read_obj, read_target
from training.synthesis.garments import Garment, Shell, load_garment, load_shell, split_suit
from training.synthesis.rig import BONES, Binding, Rig, load_rig

Wardrobe = Literal["train", "heldout"]
BODY_COUNT = 13380
HELD_OUT = frozenset(
    {
        "female_casualsuit02",
        "male_casualsuit03",
        "male_casualsuit06",
        "shoes03",
        "shoes05",
        "bob02",
        "short03",
    }
)


@dataclass(frozen=True)
class Library:
    """The material of all people.

    ``base`` (19158, 3) the base mesh (the body is the first 13380 vertices); ``body_faces``, ``eye_faces``
    (F, 3) into it; ``binding`` its skin weights; ``targets`` the morphs by name; ``tops``, ``bottoms``,
    ``overalls``, ``shoes``, ``hair``, ``hats`` one wardrobe's garments; ``shell`` the stuff to cut plain
    clothes from; ``poses`` (P, B, 3, 3) local rotations of recorded poses.
    """

    base: Floats
    body_faces: Indices
    eye_faces: Indices
    rig: Rig
    binding: Binding
    targets: dict[str, Floats]
    tops: tuple[Garment, ...]
    bottoms: tuple[Garment, ...]
    overalls: tuple[Garment, ...]
    shoes: tuple[Garment, ...]
    hair: tuple[Garment, ...]
    hats: tuple[Garment, ...]
    shell: Shell
    poses: Floats


def load_library(folder: Path, wardrobe: Wardrobe = "train") -> Library:
    """Read the bodies' folder; FileNotFoundError when it is not one.

    The ``heldout`` wardrobe holds the suits, shoes and hair that the ``train`` wardrobe never shows
    (``HELD_OUT``); hats are in both.
    """
    if not (folder / "base.obj").is_file():
        raise FileNotFoundError(f"{folder} holds no base.obj: give the folder of MakeHuman's CC0 bodies")
    mesh = read_obj(folder / "base.obj")
    base = mesh.vertices
    rig = load_rig(folder / "rig", base, BODY_COUNT)

    def garments(pattern: str) -> tuple[Garment, ...]:
        paths = sorted(folder.glob(pattern))
        return tuple(
            load_garment(path, base, rig)
            for path in paths
            if (path.stem in HELD_OUT) == (wardrobe == "heldout")
        )

    suits = garments("clothes/*suit*/*.mhclo")
    halves = [(suit, split_suit(suit, base)) for suit in suits]
    eyes = np.isin(mesh.groups, ["helper-l-eye", "helper-r-eye"])
    bvh = [read_bvh(path) for path in sorted((folder / "poses").glob("*.bvh"))]
    return Library(
        base=base,
        body_faces=mesh.faces[mesh.groups == "body"],
        eye_faces=mesh.faces[eyes],
        rig=rig,
        binding=Binding.from_dense(rig.weights),
        targets={
            path.stem: read_target(path, len(base)) for path in sorted((folder / "targets").glob("*.target"))
        },
        tops=tuple(half[0] for _, half in halves if half),
        bottoms=tuple(half[1] for _, half in halves if half),
        overalls=tuple(suit for suit, half in halves if not half),
        shoes=garments("clothes/shoes*/*.mhclo"),
        hair=garments("hair/*/*.mhclo"),
        hats=tuple(load_garment(path, base, rig) for path in sorted(folder.glob("clothes/fedora*/*.mhclo"))),
        shell=load_shell(mesh, rig, BODY_COUNT),
        poses=np.array([[pose.get(bone, np.eye(3)) for bone in BONES] for pose in bvh]),
    )
