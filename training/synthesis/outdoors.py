"""Sample pictures in the open: a studio's lamps go in, a park, a terrace and a beach come out."""

from __future__ import annotations

import numpy as np

from training.synthesis.backdrop import Sky
from training.synthesis.cast import Actor, Piece, fabric
from training.synthesis.directed import seated, stride, warrior
from training.synthesis.materials import Kind
from training.synthesis.photograph import Camera, Shot
from training.synthesis.stage import ball, box, floor, moved, pole, wall
from training.synthesis.studio import COOL, WARM, Clothes, Studio, hair, rgb, shoes, surface

_SHRUB = (
    (0.0, 0.0, 0.0, 2.6),
    (-1.4, 1.6, 0.4, 1.9),
    (1.6, 1.9, -0.3, 2.0),
    (0.1, 3.6, 0.2, 1.9),
    (-0.6, 5.2, -0.2, 1.2),
)


def park(studio: Studio) -> Shot:
    """A woman running in a park in the evening."""
    path = surface(Kind.SPECKLE, (196, 178, 152), (166, 148, 124), frequency=0.22)
    grass = surface(Kind.SPECKLE, (124, 150, 64), (70, 104, 40), frequency=0.35, bumps=(0.5, 0.5))
    leaf = surface(Kind.SPECKLE, (96, 132, 52), (44, 82, 34), frequency=0.12, bumps=(1.2, 0.12))
    dark = surface(Kind.SPECKLE, (70, 108, 48), (30, 62, 30), frequency=0.12, bumps=(1.2, 0.12))
    bark = surface(Kind.SPECKLE, (98, 78, 60), (64, 50, 40), frequency=0.3)
    clothes: Clothes = {
        "bottom": Piece(fabric((40, 44, 58), wrinkle=0.12), cut=(0.95, -4.4), ease=0.02),
        "top": Piece(fabric((238, 132, 60)), cut=(0.3, 0.0, 5.2), ease=0.09),
        "shoes": shoes("shoes04", (236, 236, 240)),
        "hair": hair("ponytail01"),
    }
    actor = Actor(
        "female",
        "young",
        (0.9, 0.0, 0.1),
        (124, 80, 54),
        (26, 20, 18),
        clothes,
        stride,
        heading=-58,
        heaviness=0.4,
        muscle=0.6,
        height=0.7,
    )
    trees = []
    rng = np.random.default_rng(12)
    for k, (x, z) in enumerate(
        [(-62, -120), (-30, -150), (4, -170), (44, -140), (78, -118), (-96, -150), (112, -165)]
    ):
        size = rng.uniform(17, 25)
        trees += [
            pole((x, 0, z), 1.8, 24, bark),
            ball((x, 30 + rng.uniform(0, 6), z), size, (leaf, dark)[k % 2], 0.3, k),
        ]
        trees.append(ball((x + 13, 24, z + 4), 0.7 * size, (dark, leaf)[k % 2], 0.3, 50 + k))
    hedge = [
        ball((x, 2, -190 - rng.uniform(0, 10)), 13, dark, 0.3, 100 + k)
        for k, x in enumerate(range(-240, 250, 18))
    ]
    place = [floor(grass, 700, 30, 400), floor(path, 30, 30, 400)]
    place[1] = moved(place[1], (0, 0.02, 0))
    sky = Sky(rgb(120, 164, 214), rgb(250, 226, 190), rgb(150, 140, 110))
    lights = [
        *studio.dome(sky, 0.5),
        *studio.key(118, 22, 2, 2.1 * np.array([1.0, 0.82, 0.58])),
        *studio.key(-35, 30, 20, 0.75 * WARM),
    ]
    camera = Camera((0.6, 8.2, 0), 56, 20.5, yaw=-12, elevation=1, blur=8.0)
    return Shot(
        "park.jpg",
        (640, 960),
        [actor],
        [],
        [*place, *trees, *hedge],
        sky,
        np.full((2, 3), 0.08),
        lights,
        camera,
    )


def terrace(studio: Studio) -> Shot:
    """An elderly woman on a bench."""
    tiles = surface(Kind.TILES, (204, 150, 116), (188, 132, 100), (150, 120, 100), 0.24)
    plaster = surface(Kind.SPECKLE, (238, 230, 214), (226, 216, 200), frequency=0.05)
    wood = surface(Kind.SPECKLE, (164, 116, 74), (138, 94, 58), frequency=0.12)
    shutter = surface(Kind.PLANKS, (84, 132, 140), (76, 120, 130), (50, 84, 92), 0.9, axis=(0.6, 1.0, 0.0))
    pot = surface(Kind.PLAIN, (186, 104, 70))
    leaf = surface(Kind.SPECKLE, (96, 142, 72), (48, 92, 48), frequency=0.3, bumps=(0.5, 0.3))
    clothes: Clothes = {
        "bottom": Piece(fabric((112, 100, 92)), "female_casualsuit01"),
        "top": Piece(fabric((122, 84, 138)), cut=(-0.3, 1.5, 5.5), ease=0.16),
        "shoes": shoes("shoes01", (92, 60, 50), (112, 100, 92)),
        "hair": hair("ponytail01"),
    }
    actor = Actor(
        "female",
        "old",
        (0.1, 0.1, 0.8),
        (238, 196, 170),
        (214, 212, 208),
        clothes,
        seated,
        (0.0, 0.0),
        22,
        heaviness=0.6,
    )
    bench = [box((0.0, 3.05, -1.2), (19, 0.5, 4.6), wood)]
    bench += [box((x, 0, -1.2), (0.7, 3.05, 4.0), wood) for x in (-7.5, 7.5)]
    place = [floor(tiles, 240, 30, 20), wall(plaster, 20, 240, 60), wall(shutter, 19.9, 9, 17, 8)]
    place[2] = moved(place[2], (-15.0, 0, 0))
    plants = [pole((12.5, 0, -11), 2.2, 4.0, pot)]
    plants += [
        ball((12.5 + dx, 6.4 + dy, -11 + dz), size, leaf, 0.14, 9 + k)
        for k, (dx, dy, dz, size) in enumerate(_SHRUB)
    ]
    sky = Sky(rgb(170, 200, 236), rgb(250, 240, 222), rgb(180, 150, 120))
    lights = [*studio.dome(sky, 0.45), *studio.key(-48, 40, 3, 1.5 * WARM)]
    camera = Camera((0.4, 6.4, 0), 48, 17.0, yaw=-4, elevation=4, blur=3.0)
    return Shot(
        "terrace.jpg",
        (720, 720),
        [actor],
        [*bench, *plants],
        place,
        sky,
        np.full((2, 3), 0.08),
        lights,
        camera,
    )


def beach(studio: Studio) -> Shot:
    """Yoga on the beach at dusk."""
    sand = surface(
        Kind.SPECKLE,
        (226, 200, 160),
        (206, 176, 136),
        frequency=0.3,
        bumps=(0.16, 0.12),
    )
    sea = surface(
        Kind.SPECKLE,
        (74, 130, 150),
        (54, 108, 134),
        frequency=0.02,
        shine=(0.3, 30.0),
        bumps=(0.25, 0.03),
    )
    mat = surface(Kind.PLAIN, (112, 84, 156))
    clothes: Clothes = {
        "bottom": Piece(fabric((40, 92, 96), wrinkle=0.1), cut=(0.9, -7.0), ease=0.02),
        "top": Piece(fabric((238, 236, 230)), cut=(0.3, 0.0, 5.0), ease=0.09),
        "hair": hair("long01"),
    }
    actor = Actor(
        "female",
        "young",
        (0.0, 0.1, 0.9),
        (240, 200, 172),
        (150, 104, 62),
        clothes,
        warrior,
        heading=-8,
        heaviness=0.45,
        height=0.1,
    )
    place = [floor(sand, 700, 34, 130), moved(floor(sea, 3000, -128, 2600), (0, 0.05, 0))]
    sky = Sky(rgb(126, 158, 206), rgb(255, 208, 160), rgb(150, 140, 140))
    lights = [
        *studio.dome(sky, 0.6),
        *studio.key(62, 16, 3, 1.5 * np.array([1.0, 0.76, 0.52])),
        *studio.key(-60, 30, 20, 0.25 * COOL),
    ]
    camera = Camera((0.2, 6.2, 0), 54, 17.0, yaw=0, elevation=3, blur=4.0)
    return Shot(
        "beach.jpg",
        (640, 960),
        [actor],
        [box((0, 0, 0), (19, 0.1, 6.5), mat)],
        place,
        sky,
        np.full((2, 3), 0.08),
        lights,
        camera,
    )
