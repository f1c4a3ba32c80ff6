"""Sample pictures under a roof: a studio's lamps go in, a portrait, a gym, a call and a clip come out."""

from __future__ import annotations

import numpy as np

from training.synthesis.backdrop import Sky
from training.synthesis.cast import Actor, Piece, fabric
from training.synthesis.directed import at_ease, deep_squat, hello, jack_height, jack_pose
from training.synthesis.materials import Kind
from training.synthesis.photograph import Camera, Shot
from training.synthesis.stage import ball, box, floor, sweep, wall
from training.synthesis.studio import COOL, UPRIGHT, WARM, Clothes, Studio, hair, rgb, shoes, surface

CLIP_FRAMES = 60
CLIP_RATE = 25


def portrait(studio: Studio) -> Shot:
    """A woman in a photographer's studio."""
    paper = surface(Kind.SPECKLE, (176, 190, 186), (170, 184, 181), frequency=0.02)
    clothes: Clothes = {
        "bottom": Piece(fabric((52, 70, 104)), "female_casualsuit01"),
        "top": Piece(
            fabric((236, 228, 214), Kind.STRIPES, (36, 48, 78), frequency=11.0),
            cut=(0.5, 0.42, 5.4),
            ease=0.12,
        ),
        "shoes": shoes("shoes01", (228, 226, 220), (52, 70, 104)),
        "hair": hair("braid01"),
    }
    actor = Actor(
        "female",
        "young",
        (0.2, 0.5, 0.3),
        (236, 192, 158),
        (52, 34, 24),
        clothes,
        at_ease,
        heading=14,
        heaviness=0.45,
    )
    sky = Sky(rgb(214, 220, 222), rgb(176, 186, 190), rgb(120, 120, 120))
    lights = [
        *studio.dome(sky, 0.42),
        *studio.key(-42, 38, 14, 1.25 * WARM),
        *studio.key(125, 25, 10, 0.9 * COOL),
    ]
    camera = Camera((0, 8.2, 0), 58, 19.4, yaw=-6, elevation=3)
    return Shot(
        "studio.jpg",
        (880, 640),
        [actor],
        [],
        [sweep(paper, 26, 160, 80, 12, 40)],
        sky,
        np.full((2, 3), 0.07),
        lights,
        camera,
    )


def gym(studio: Studio) -> Shot:
    """A man squatting in a gym hall."""
    boards = surface(Kind.PLANKS, (206, 160, 104), (176, 128, 78), (110, 76, 44), 0.8, shine=(0.1, 40.0))
    bricks = surface(Kind.BRICKS, (196, 194, 190), (176, 174, 172), (150, 148, 146), 0.45, axis=UPRIGHT)
    base = surface(Kind.PLAIN, (60, 66, 74))
    clothes: Clothes = {
        "bottom": Piece(fabric((34, 36, 42)), cut=(1.2, -2.2), ease=0.09),
        "top": Piece(fabric((178, 52, 44)), cut=(0.1, 0.5, 5.6), ease=0.12),
        "shoes": shoes("shoes02", (34, 60, 120)),
        "hair": hair("short01"),
    }
    actor = Actor(
        "male",
        "young",
        (0.85, 0.05, 0.1),
        (118, 76, 52),
        (22, 18, 16),
        clothes,
        deep_squat,
        heading=38,
        muscle=0.8,
        beard=0.6,
    )
    rubber = surface(Kind.SPECKLE, (66, 70, 78), (48, 52, 58), frequency=0.8, shine=(0.08, 14.0))
    medicine_ball = ball((9.2, 1.35, -5), 1.35, rubber)
    box_wood = surface(Kind.PLANKS, (214, 176, 124), (198, 158, 106), (150, 112, 70), 0.5, axis=UPRIGHT)
    plyo = box((-13.5, 0, -12), (7.5, 6, 6), box_wood, 18)
    sky = Sky(rgb(228, 236, 244), rgb(208, 214, 220), rgb(120, 110, 100))
    place = [
        floor(boards, 260, 34, 46),
        wall(bricks, 46, 260, 70),
        wall(base, 45.8, 260, 9),
    ]
    lights = [
        *studio.dome(sky, 0.5),
        *studio.key(48, 46, 12, 1.1 * WARM),
        *studio.key(-140, 30, 8, 0.7 * COOL),
    ]
    camera = Camera((0.8, 6.0, 0), 50, 17.5, yaw=4, elevation=5, blur=5.0, exposure=1.12)
    return Shot(
        "gym.jpg",
        (640, 896),
        [actor],
        [medicine_ball, plyo],
        place,
        sky,
        np.full((2, 3), 0.06),
        lights,
        camera,
    )


def call(studio: Studio) -> Shot:
    """A man before a webcam, cut by the frame."""
    plaster = surface(Kind.SPECKLE, (206, 214, 208), (196, 206, 200), frequency=0.04)
    wood = surface(Kind.PLANKS, (170, 126, 84), (150, 106, 68), (100, 70, 46), 0.5, axis=(0.0, 1.0, 1.0))
    rng = np.random.default_rng(4)
    books = []
    for shelf in (13.0, 18.5):
        books.append(box((9, shelf - 0.5, -22), (18, 0.5, 3), wood))
        x = 0.8
        while x < 16.5:
            width, height = rng.uniform(0.4, 1.0), rng.uniform(2.4, 3.8)
            r, g, b = (0.55 * rng.uniform(40, 220, 3) + 0.45 * rng.uniform(60, 220)).astype(int)
            books.append(
                box(
                    (x, shelf, -22),
                    (width, height, 2.2),
                    surface(Kind.PLAIN, (int(r), int(g), int(b))),
                )
            )
            x += width + 0.05 + (rng.uniform(1, 3) if rng.random() < 0.1 else 0)
    frame = surface(Kind.PLAIN, (246, 244, 238))
    print_colours = surface(Kind.SPECKLE, (224, 150, 96), (70, 110, 140), frequency=0.05)
    picture = [
        box((-10.5, 13.4, -23.6), (7.0, 8.6, 0.5), frame),
        box((-10.5, 14.6, -23.3), (4.8, 6.2, 0.4), print_colours),
    ]
    clothes: Clothes = {
        "bottom": Piece(fabric((50, 54, 66)), "male_casualsuit04"),
        "top": Piece(fabric((60, 100, 92)), "male_casualsuit04", ease=0.05),
        "hair": hair("short02"),
    }
    actor = Actor(
        "male", "young", (0.1, 0.75, 0.15), (222, 174, 136), (24, 20, 18), clothes, hello, heading=-8
    )
    sky = Sky(rgb(220, 226, 232), rgb(200, 204, 208), rgb(120, 110, 100))
    lights = [
        *studio.dome(sky, 0.4),
        *studio.key(50, 26, 16, 1.15 * np.array([0.95, 1.0, 1.05])),
        *studio.key(-70, 20, 14, 0.5 * WARM),
    ]
    camera = Camera((0.6, 13.4, 0), 17, 7.6, yaw=0, elevation=4, blur=3.5)
    return Shot(
        "call.jpg",
        (480, 640),
        [actor],
        [],
        [wall(plaster, 24, 120, 60), *books, *picture],
        sky,
        np.full((2, 3), 0.1),
        lights,
        camera,
    )


def clip_frame(studio: Studio, number: int) -> Shot:
    """A frame of the clip: jumping jacks, two in ``CLIP_FRAMES`` frames."""
    phase = 2.0 * number / CLIP_FRAMES % 1.0
    wall_paint = surface(Kind.PLAIN, (88, 118, 136))
    skirting = surface(Kind.PLAIN, (226, 228, 228))
    boards = surface(Kind.PLANKS, (196, 158, 112), (170, 130, 88), (112, 84, 56), 0.7, shine=(0.06, 40.0))
    mat = surface(Kind.PLAIN, (66, 70, 80))
    clothes: Clothes = {
        "bottom": Piece(fabric((44, 48, 60)), cut=(1.2, -2.2), ease=0.14),
        "top": Piece(fabric((240, 196, 70)), cut=(0.2, 0.45, 5.5), ease=0.1),
        "shoes": shoes("shoes02", (230, 232, 236)),
        "hair": hair("short04"),
    }

    def pose(posing):  # type: ignore[no-untyped-def]
        jack_pose(posing, phase)

    actor = Actor(
        "male",
        "young",
        (0.1, 0.1, 0.8),
        (226, 178, 146),
        (92, 62, 40),
        clothes,
        pose,
        heading=10,
        muscle=0.65,
        height=0.1 + jack_height(phase),
    )
    sky = Sky(rgb(226, 232, 240), rgb(206, 210, 214), rgb(120, 110, 100))
    place = [floor(boards, 200, 34, 24), wall(wall_paint, 24, 200, 70), wall(skirting, 23.9, 200, 1.4)]
    place.append(box((0, 0, 0), (15, 0.1, 9), mat))
    lights = [
        *studio.dome(sky, 0.5),
        *studio.key(-45, 46, 10, 1.1 * WARM),
        *studio.key(130, 30, 8, 0.5 * COOL),
    ]
    camera = Camera((0, 9.8, 0), 60, 24.5, yaw=3, elevation=2)
    return Shot("clip.mp4", (640, 480), [actor], [], place, sky, np.full((2, 3), 0.06), lights, camera)
