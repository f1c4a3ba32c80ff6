"""A sample picture with three people: a studio's lamps go in, a family on a pavement comes out."""

from __future__ import annotations

import numpy as np

from training.synthesis.backdrop import Sky
from training.synthesis.cast import Actor, Piece, fabric
from training.synthesis.directed import hello, phone_call, stroll
from training.synthesis.materials import Kind
from training.synthesis.photograph import Camera, Shot
from training.synthesis.shade import Scene
from training.synthesis.stage import ball, box, floor, moved, pole
from training.synthesis.studio import COOL, UPRIGHT, Clothes, Studio, hair, rgb, shoes, surface

_FRONTS = (
    ((206, 182, 150), 0.045),
    ((176, 104, 84), 0.05),
    ((198, 200, 204), 0.04),
    ((222, 206, 170), 0.048),
)


def _walker() -> Actor:
    plaid = fabric((70, 104, 140), Kind.PLAID, (214, 214, 206), (190, 60, 50), frequency=7.0)
    clothes: Clothes = {
        "bottom": Piece(fabric((58, 62, 70)), "male_casualsuit02"),
        "top": Piece(plaid, "male_casualsuit02", ease=0.05),
        "shoes": shoes("shoes06", (96, 62, 40)),
        "hair": hair("short04"),
    }
    looks = (0.05, 0.1, 0.85), (232, 186, 158), (196, 194, 190)
    return Actor("male", "old", *looks, clothes, stroll, (-7.6, -3.0), 24, heaviness=0.62, beard=0.7)


def _caller() -> Actor:
    clothes: Clothes = {
        "bottom": Piece(fabric((34, 38, 46), wrinkle=0.2), "female_casualsuit01"),
        "top": Piece(fabric((196, 150, 60)), cut=(-0.4, 1.9, 5.5), ease=0.16),
        "shoes": shoes("shoes01", (70, 42, 34), (34, 38, 46)),
        "hair": hair("ponytail01"),
    }
    looks = (0.1, 0.8, 0.1), (232, 190, 152), (24, 18, 16)
    return Actor("female", "young", *looks, clothes, phone_call, (8.2, -0.5), -26, heaviness=0.4)


def _boy() -> Actor:
    blocks = fabric((88, 160, 110), Kind.BLOCKS, (240, 236, 226), (240, 236, 226), frequency=0.0, phase=3.4)
    clothes: Clothes = {
        "bottom": Piece(fabric((64, 92, 150)), cut=(1.3, -3.2), ease=0.2),
        "top": Piece(blocks, cut=(0.2, 0.5, 5.5), ease=0.12),
        "shoes": shoes("shoes04", (200, 60, 56)),
        "hair": hair("short01"),
    }
    looks = (0.8, 0.0, 0.2), (138, 90, 60), (26, 20, 18)
    return Actor("male", "child", *looks, clothes, hello, (-0.2, 5.0), 4, heaviness=0.4)


def _houses() -> list[Scene]:
    houses = []
    x = -190.0
    for k, width in enumerate((80, 70, 90, 66, 84)):
        paint, scale = _FRONTS[k % 4]
        front = surface(
            Kind.WINDOWS, paint, (86, 104, 122), (236, 206, 150), scale, UPRIGHT, shine=(0.02, 10.0)
        )
        houses.append(box((x + width / 2, 0, -150), (width, 105 + 18 * (k % 3), 40), front))
        x += width
    awning = surface(Kind.STRIPES, (184, 56, 50), (240, 236, 228), frequency=1.4)
    return [*houses, box((-42, 26, -128), (46, 5, 6), awning)]


def _pavement() -> list[Scene]:
    paving = surface(Kind.TILES, (176, 172, 166), (158, 154, 150), (120, 118, 114), 0.2)
    road = surface(Kind.SPECKLE, (88, 88, 92), (74, 74, 78), frequency=0.3)
    kerb = surface(Kind.PLAIN, (190, 188, 184))
    metal = surface(Kind.PLAIN, (52, 58, 62), shine=(0.15, 20.0))
    leaf = surface(Kind.SPECKLE, (104, 142, 66), (56, 96, 44), frequency=0.12, bumps=(1.2, 0.12))
    ground = [floor(paving, 400, 40, 26), box((0, -0.99, -28), (400, 1.0, 3), kerb)]
    ground.append(moved(floor(road, 400, -29, 120), (0, -0.6, 0)))
    for k, x in enumerate((-70, 26, 96)):
        ground += [pole((x, 0, -118), 1.4, 26, metal), ball((x, 36, -118), 15, leaf, 0.3, k)]
    return [*ground, pole((-24, 0, -24), 0.7, 60, metal)]


def street(studio: Studio) -> Shot:
    """An elderly man, a woman and a boy on a pavement."""
    sky = Sky(rgb(126, 170, 220), rgb(222, 230, 236), rgb(140, 140, 140))
    lights = [
        *studio.dome(sky, 0.55),
        *studio.key(-52, 44, 3, 1.5 * np.array([1.0, 0.93, 0.82])),
        *studio.key(60, 20, 20, 0.2 * COOL),
    ]
    return Shot(
        "street.jpg",
        (640, 960),
        [_walker(), _caller(), _boy()],
        [],
        [*_pavement(), *_houses()],
        sky,
        np.full((2, 3), 0.07),
        lights,
        Camera((0.2, 8.0, 0), 62, 19.5, yaw=3, elevation=2, blur=4.5),
    )
