"""People chosen, not drawn: an actor's looks, clothes, pose and place go in, a scene comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from training.synthesis.assets import Floats
from training.synthesis.body import Age, Sex, Traits, linear
from training.synthesis.garments import Garment, cut_bottom, cut_skirt, cut_top
from training.synthesis.keypoints import Landmarks, keypoint_places, trunk_length
from training.synthesis.library import Library
from training.synthesis.limbs import Posing
from training.synthesis.materials import Kind, Material
from training.synthesis.person import Person, dress
from training.synthesis.rotation import turn
from training.synthesis.shade import Scene
from training.synthesis.wardrobe import Slot, Worn, hair_material, plain

Colour = tuple[int, int, int]
Cut = tuple[float, ...]


@dataclass(frozen=True)
class Piece:
    """A garment of the library by name, or one cut from the base mesh's shells.

    ``cut``: the numbers for ``garments.cut_top``, ``cut_bottom`` or, with the name ``skirt``, ``cut_skirt``.
    """

    cloth: Material
    name: str = ""
    cut: Cut = ()
    ease: float = 0.0
    trim: Colour = (235, 235, 232)


@dataclass(frozen=True)
class Actor:
    """One person of a picture.

    Colours are 8-bit sRGB, ``place`` is x, z on the floor, ``heading`` degrees to the left.
    """

    sex: Sex
    age: Age
    ethnicity: tuple[float, float, float]
    skin: Colour
    hair: Colour
    clothes: Mapping[Slot, Piece]
    pose: Callable[[Posing], None]
    place: tuple[float, float] = (0.0, 0.0)
    heading: float = 0.0
    height: float = 0.0
    heaviness: float = 0.5
    muscle: float = 0.5
    beard: float = 0.0
    makeup: float = 0.3


@dataclass(frozen=True)
class Performance:
    """An actor in the world.

    ``scene``, ``places`` (17, 3) of the keypoints and the length of the trunk in decimetres.
    """

    scene: Scene
    places: Floats
    trunk: float


@dataclass
class Company:
    """Actors' dressed bodies, kept between the frames of a clip."""

    library: Library
    landmarks: Landmarks
    _dressed: dict[int, Person] = field(default_factory=dict)

    def perform(self, actor: Actor, key: int) -> Performance:
        """Pose an actor and put him on the floor; the body under ``key`` is made once."""
        if key not in self._dressed:
            self._dressed[key] = _dressed(self.library, actor, key)
        person = self._dressed[key]
        posing = Posing(self.library.rig, person.joints)
        actor.pose(posing)
        transforms = posing.transforms()
        scene = person.posed(transforms)
        turned = turn(y=actor.heading)
        vertices = scene.vertices @ turned.T
        move = np.array([actor.place[0], actor.height - vertices[:, 1].min(), actor.place[1]])
        places = keypoint_places(person, self.landmarks, transforms) @ turned.T + move
        placed = replace(scene, vertices=vertices + move, normals=scene.normals @ turned.T)
        return Performance(placed, places, trunk_length(person))


def _dressed(library: Library, actor: Actor, key: int) -> Person:
    traits = Traits(
        sex=actor.sex,
        age=actor.age,
        ethnicity=np.array(actor.ethnicity),
        heaviness=actor.heaviness,
        muscle=actor.muscle,
        skin=linear(np.array(actor.skin)),
        hair=linear(np.array(actor.hair)),
        beard=actor.beard,
        makeup=actor.makeup if actor.sex == "female" and actor.age != "child" else 0.0,
    )
    outfit: dict[Slot, Worn] = {}
    for slot, piece in actor.clothes.items():
        cloth = hair_material(traits.hair) if slot == "hair" else piece.cloth
        trim = cloth if slot == "hair" else plain(linear(np.array(piece.trim)), 0.02)
        outfit[slot] = Worn(_garment(library, slot, piece), cloth, trim, piece.ease)
    return dress(library, traits, outfit, np.random.default_rng(key))


def _garment(library: Library, slot: Slot, piece: Piece) -> Garment:
    if piece.cut and slot == "top":
        return cut_top(library.shell, *piece.cut)
    if piece.cut:
        return (cut_skirt if piece.name == "skirt" else cut_bottom)(library.shell, *piece.cut)
    racks: dict[Slot, tuple[Garment, ...]] = {
        "top": library.tops,
        "bottom": library.bottoms,
        "overall": library.overalls,
        "shoes": library.shoes,
        "hair": library.hair,
        "hat": library.hats,
    }
    return next(garment for garment in racks[slot] if garment.name == piece.name)


def fabric(
    colour: Colour,
    kind: Kind = Kind.PLAIN,
    other: Colour = (240, 240, 236),
    third: Colour = (30, 30, 34),
    frequency: float = 1.0,
    phase: float = 0.0,
    wrinkle: float = 0.42,
) -> Material:
    """Cloth of 8-bit sRGB colours with creases; patterns run upright."""
    return Material(
        kind,
        linear(np.array([colour, other, third], float)),
        frequency,
        phase=phase,
        shine=0.01,
        gloss=8.0,
        wrap=0.15,
        wrinkle=wrinkle,
        wrinkle_frequency=0.11,
        wrinkle_stretch=0.8,
    )


def leather(colour: Colour) -> Material:
    """A shoe's upper."""
    return plain(linear(np.array(colour)), 0.06, 16.0)
