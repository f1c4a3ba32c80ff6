"""The sample pictures: a level of detail goes in, a shot for each picture and frame of the clip comes out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from training.synthesis.assets import Floats
from training.synthesis.backdrop import Sky, lamp
from training.synthesis.body import linear
from training.synthesis.cast import Actor, Colour, Piece, fabric, leather
from training.synthesis.directed import (
    at_ease,
    deep_squat,
    hello,
    jack_height,
    jack_pose,
    phone_call,
    seated,
    stride,
    stroll,
    warrior,
)
from training.synthesis.materials import Kind, Material
from training.synthesis.photograph import Camera, Shot
from training.synthesis.stage import ball, box, floor, moved, pole, sweep, wall
from training.synthesis.wardrobe import Slot

Clothes = Mapping[Slot, Piece]
CLIP_FRAMES = 60
CLIP_RATE = 25
_WARM = np.array([1.0, 0.92, 0.8])
_COOL = np.array([0.86, 0.94, 1.06])
_SHRUB = (
    (0.0, 0.0, 0.0, 2.6),
    (-1.4, 1.6, 0.4, 1.9),
    (1.6, 1.9, -0.3, 2.0),
    (0.1, 3.6, 0.2, 1.9),
    (-0.6, 5.2, -0.2, 1.2),
)
_PLAIN_HAIR = fabric((0, 0, 0))


def _rgb(*colour: float) -> Floats:
    return linear(np.array(colour, float))


def _surface(
    kind: Kind, a: Colour, b: Colour, c: Colour = (0, 0, 0), frequency: float = 1.0, **how: float
) -> Material:
    axis = (how.pop("x", 1.0), how.pop("y", 0.0), how.pop("z", 0.0))
    return Material(kind, linear(np.array([a, b, c], float)), frequency, axis, wrap=0.0, **how)


def _hair(name: str) -> Piece:
    return Piece(_PLAIN_HAIR, name)


def _shoes(name: str, colour: Colour, sock: Colour = (235, 235, 232)) -> Piece:
    return Piece(leather(colour), name, trim=sock)


class Studio:
    """Lamps and settings shared by the pictures.

    ``detail`` from 1 (a sketch) to 4 multiplies the lights' samples.
    """

    def __init__(self, detail: int) -> None:
        """Choose how fine the light is."""
        self.shadow = 256 * min(detail, 4)
        self.detail = detail

    def key(self, azimuth: float, height: float, spread: float, colour: Floats):  # type: ignore[no-untyped-def]
        """A shaping lamp with soft shadows."""
        return lamp(azimuth, height, spread, colour, 6 * self.detail, self.shadow)

    def dome(self, sky: Sky, strength: float):  # type: ignore[no-untyped-def]
        """Light from all of the sky, with the shadows under things."""
        return sky.dome(12 * self.detail, strength, self.shadow // 2)

    def portrait(self) -> Shot:
        """A woman in a photographer's studio."""
        paper = _surface(Kind.SPECKLE, (176, 190, 186), (170, 184, 181), frequency=0.02)
        clothes: Clothes = {
            "bottom": Piece(fabric((52, 70, 104)), "female_casualsuit01"),
            "top": Piece(
                fabric((236, 228, 214), Kind.STRIPES, (36, 48, 78), frequency=11.0),
                cut=(0.5, 0.42, 5.4),
                ease=0.12,
            ),
            "shoes": _shoes("shoes01", (228, 226, 220), (52, 70, 104)),
            "hair": _hair("braid01"),
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
        sky = Sky(_rgb(214, 220, 222), _rgb(176, 186, 190), _rgb(120, 120, 120))
        lights = [
            *self.dome(sky, 0.42),
            *self.key(-42, 38, 14, 1.25 * _WARM),
            *self.key(125, 25, 10, 0.9 * _COOL),
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

    def gym(self) -> Shot:
        """A man squatting in a gym hall."""
        boards = _surface(
            Kind.PLANKS, (206, 160, 104), (176, 128, 78), (110, 76, 44), 0.8, shine=0.1, gloss=40.0, x=1.0
        )
        bricks = _surface(Kind.BRICKS, (196, 194, 190), (176, 174, 172), (150, 148, 146), 0.45, x=1.0, y=1.0)
        base = _surface(Kind.PLAIN, (60, 66, 74), (0, 0, 0))
        window = _surface(
            Kind.WINDOWS, (196, 194, 190), (236, 244, 252), (226, 240, 252), 0.06, x=1.0, y=1.0, glow=0.55
        )
        clothes: Clothes = {
            "bottom": Piece(fabric((34, 36, 42)), cut=(1.2, -2.2), ease=0.09),
            "top": Piece(fabric((178, 52, 44)), cut=(0.1, 0.5, 5.6), ease=0.12),
            "shoes": _shoes("shoes02", (34, 60, 120)),
            "hair": _hair("short01"),
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
        rubber = _surface(Kind.SPECKLE, (66, 70, 78), (48, 52, 58), frequency=0.8, shine=0.08, gloss=14.0)
        medicine_ball = ball((9.2, 1.35, -5), 1.35, rubber)
        box_wood = _surface(Kind.PLANKS, (214, 176, 124), (198, 158, 106), (150, 112, 70), 0.5, x=1.0, y=1.0)
        plyo = box((-13.5, 0, -12), (7.5, 6, 6), box_wood, 18)
        sky = Sky(_rgb(228, 236, 244), _rgb(208, 214, 220), _rgb(120, 110, 100))
        place = [
            floor(boards, 260, 34, 46),
            wall(bricks, 46, 260, 70),
            wall(base, 45.8, 260, 9),
            wall(window, 45.6, 110, 24, 17),
        ]
        lights = [
            *self.dome(sky, 0.5),
            *self.key(48, 46, 12, 1.1 * _WARM),
            *self.key(-140, 30, 8, 0.7 * _COOL),
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

    def park(self) -> Shot:
        """A woman running in a park in the evening."""
        path = _surface(Kind.SPECKLE, (196, 178, 152), (166, 148, 124), frequency=0.22)
        grass = _surface(
            Kind.SPECKLE, (124, 150, 64), (70, 104, 40), frequency=0.35, wrinkle=0.5, wrinkle_frequency=0.5
        )
        leaf = _surface(
            Kind.SPECKLE, (96, 132, 52), (44, 82, 34), frequency=0.12, wrinkle=1.2, wrinkle_frequency=0.12
        )
        dark = _surface(
            Kind.SPECKLE, (70, 108, 48), (30, 62, 30), frequency=0.12, wrinkle=1.2, wrinkle_frequency=0.12
        )
        bark = _surface(Kind.SPECKLE, (98, 78, 60), (64, 50, 40), frequency=0.3)
        clothes: Clothes = {
            "bottom": Piece(fabric((40, 44, 58), wrinkle=0.12), cut=(0.95, -4.4), ease=0.02),
            "top": Piece(fabric((238, 132, 60)), cut=(0.3, 0.0, 5.2), ease=0.09),
            "shoes": _shoes("shoes04", (236, 236, 240)),
            "hair": _hair("ponytail01"),
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
        sky = Sky(_rgb(120, 164, 214), _rgb(250, 226, 190), _rgb(150, 140, 110))
        lights = [
            *self.dome(sky, 0.5),
            *self.key(118, 22, 2, 2.1 * np.array([1.0, 0.82, 0.58])),
            *self.key(-35, 30, 20, 0.75 * _WARM),
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

    def street(self) -> Shot:
        """Three people on a pavement."""
        paving = _surface(Kind.TILES, (176, 172, 166), (158, 154, 150), (120, 118, 114), 0.2, x=1.0)
        road = _surface(Kind.SPECKLE, (88, 88, 92), (74, 74, 78), frequency=0.3)
        kerb = _surface(Kind.PLAIN, (190, 188, 184), (0, 0, 0))
        fronts = [
            _surface(
                Kind.WINDOWS, wall_colour, (86, 104, 122), (236, 206, 150), scale, x=1.0, y=1.0, shine=0.02
            )
            for wall_colour, scale in (
                ((206, 182, 150), 0.045),
                ((176, 104, 84), 0.05),
                ((198, 200, 204), 0.04),
                ((222, 206, 170), 0.048),
            )
        ]
        awning = _surface(Kind.BRICKS, (176, 52, 48), (190, 60, 54), (240, 236, 228), 0.3, x=1.0, y=1.0)
        metal = _surface(Kind.PLAIN, (52, 58, 62), (0, 0, 0), shine=0.15, gloss=20.0)
        leaf = _surface(
            Kind.SPECKLE, (104, 142, 66), (56, 96, 44), frequency=0.12, wrinkle=1.2, wrinkle_frequency=0.12
        )
        walker: Clothes = {
            "bottom": Piece(fabric((58, 62, 70)), "male_casualsuit02"),
            "top": Piece(
                fabric((70, 104, 140), Kind.PLAID, (214, 214, 206), (190, 60, 50), frequency=7.0),
                "male_casualsuit02",
                ease=0.05,
            ),
            "shoes": _shoes("shoes06", (96, 62, 40)),
            "hair": _hair("short04"),
        }
        caller: Clothes = {
            "bottom": Piece(fabric((34, 38, 46), wrinkle=0.2), "female_casualsuit01"),
            "top": Piece(fabric((196, 150, 60)), cut=(-0.4, 1.9, 5.5), ease=0.16),
            "shoes": _shoes("shoes01", (70, 42, 34), (34, 38, 46)),
            "hair": _hair("ponytail01"),
        }
        child: Clothes = {
            "bottom": Piece(fabric((64, 92, 150)), cut=(1.3, -3.2), ease=0.2),
            "top": Piece(
                fabric(
                    (88, 160, 110), Kind.BLOCKS, (240, 236, 226), (240, 236, 226), frequency=0.0, phase=3.4
                ),
                cut=(0.2, 0.5, 5.5),
                ease=0.12,
            ),
            "shoes": _shoes("shoes04", (200, 60, 56)),
            "hair": _hair("short01"),
        }
        actors = [
            Actor(
                "male",
                "old",
                (0.05, 0.1, 0.85),
                (232, 186, 158),
                (196, 194, 190),
                walker,
                stroll,
                (-7.6, -3.0),
                24,
                heaviness=0.62,
                beard=0.7,
            ),
            Actor(
                "female",
                "young",
                (0.1, 0.8, 0.1),
                (232, 190, 152),
                (24, 18, 16),
                caller,
                phone_call,
                (8.2, -0.5),
                -26,
                heaviness=0.4,
            ),
            Actor(
                "male",
                "child",
                (0.8, 0.0, 0.2),
                (138, 90, 60),
                (26, 20, 18),
                child,
                hello,
                (-0.2, 5.0),
                4,
                heaviness=0.4,
            ),
        ]
        place = [floor(paving, 400, 40, 26), box((0, -0.99, -28), (400, 1.0, 3), kerb)]
        place.append(moved(floor(road, 400, -29, 120), (0, -0.6, 0)))
        x = -190.0
        for k, width in enumerate((80, 70, 90, 66, 84)):
            place.append(box((x + width / 2, 0, -150), (width, 105 + 18 * (k % 3), 40), fronts[k % 4]))
            x += width
        place.append(box((-42, 26, -128), (46, 5, 6), awning))
        for k, at in enumerate((-70, 26, 96)):
            place += [pole((at, 0, -118), 1.4, 26, metal), ball((at, 36, -118), 15, leaf, 0.3, k)]
        place += [pole((-24, 0, -24), 0.7, 60, metal)]
        sky = Sky(_rgb(126, 170, 220), _rgb(222, 230, 236), _rgb(140, 140, 140))
        lights = [
            *self.dome(sky, 0.55),
            *self.key(-52, 44, 3, 1.5 * np.array([1.0, 0.93, 0.82])),
            *self.key(60, 20, 20, 0.2 * _COOL),
        ]
        camera = Camera((0.2, 8.0, 0), 62, 19.5, yaw=3, elevation=2, blur=4.5)
        return Shot("street.jpg", (640, 960), actors, [], place, sky, np.full((2, 3), 0.07), lights, camera)

    def terrace(self) -> Shot:
        """An elderly woman on a bench."""
        tiles = _surface(Kind.TILES, (204, 150, 116), (188, 132, 100), (150, 120, 100), 0.24, x=1.0)
        plaster = _surface(Kind.SPECKLE, (238, 230, 214), (226, 216, 200), frequency=0.05)
        wood = _surface(Kind.SPECKLE, (164, 116, 74), (138, 94, 58), frequency=0.12)
        shutter = _surface(Kind.PLANKS, (84, 132, 140), (76, 120, 130), (50, 84, 92), 0.9, x=0.6, y=1.0)
        pot = _surface(Kind.PLAIN, (186, 104, 70), (0, 0, 0))
        leaf = _surface(
            Kind.SPECKLE, (96, 142, 72), (48, 92, 48), frequency=0.3, wrinkle=0.5, wrinkle_frequency=0.3
        )
        clothes: Clothes = {
            "bottom": Piece(fabric((112, 100, 92)), "female_casualsuit01"),
            "top": Piece(fabric((122, 84, 138)), cut=(-0.3, 1.5, 5.5), ease=0.16),
            "shoes": _shoes("shoes01", (92, 60, 50), (112, 100, 92)),
            "hair": _hair("ponytail01"),
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
        sky = Sky(_rgb(170, 200, 236), _rgb(250, 240, 222), _rgb(180, 150, 120))
        lights = [*self.dome(sky, 0.45), *self.key(-48, 40, 3, 1.5 * _WARM)]
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

    def beach(self) -> Shot:
        """Yoga on the beach at dusk."""
        sand = _surface(
            Kind.SPECKLE,
            (226, 200, 160),
            (206, 176, 136),
            frequency=0.3,
            wrinkle=0.16,
            wrinkle_frequency=0.12,
        )
        sea = _surface(
            Kind.SPECKLE,
            (74, 130, 150),
            (54, 108, 134),
            frequency=0.02,
            shine=0.3,
            gloss=30.0,
            wrinkle=0.25,
            wrinkle_frequency=0.03,
        )
        mat = _surface(Kind.PLAIN, (112, 84, 156), (0, 0, 0))
        clothes: Clothes = {
            "bottom": Piece(fabric((40, 92, 96), wrinkle=0.1), cut=(0.9, -7.0), ease=0.02),
            "top": Piece(fabric((238, 236, 230)), cut=(0.3, 0.0, 5.0), ease=0.09),
            "hair": _hair("long01"),
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
        sky = Sky(_rgb(126, 158, 206), _rgb(255, 208, 160), _rgb(150, 140, 140))
        lights = [
            *self.dome(sky, 0.6),
            *self.key(62, 16, 3, 1.5 * np.array([1.0, 0.76, 0.52])),
            *self.key(-60, 30, 20, 0.25 * _COOL),
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

    def call(self) -> Shot:
        """A man before a webcam, cut by the frame."""
        plaster = _surface(Kind.SPECKLE, (206, 214, 208), (196, 206, 200), frequency=0.04)
        wood = _surface(Kind.PLANKS, (170, 126, 84), (150, 106, 68), (100, 70, 46), 0.5, x=0.0, y=1.0, z=1.0)
        rng = np.random.default_rng(4)
        books = []
        for shelf in (13.0, 18.5):
            books.append(box((9, shelf - 0.5, -22), (18, 0.5, 3), wood))
            x = 0.8
            while x < 16.5:
                width, height = rng.uniform(0.4, 1.0), rng.uniform(2.4, 3.8)
                hue = 0.55 * rng.uniform(40, 220, 3) + 0.45 * rng.uniform(60, 220)
                books.append(
                    box(
                        (x, shelf, -22),
                        (width, height, 2.2),
                        _surface(Kind.PLAIN, tuple(int(h) for h in hue), (0, 0, 0)),
                    )
                )
                x += width + 0.05 + (rng.uniform(1, 3) if rng.random() < 0.1 else 0)
        frame = _surface(Kind.PLAIN, (246, 244, 238), (0, 0, 0))
        print_colours = _surface(Kind.SPECKLE, (224, 150, 96), (70, 110, 140), frequency=0.05)
        picture = [
            box((-10.5, 13.4, -23.6), (7.0, 8.6, 0.5), frame),
            box((-10.5, 14.6, -23.3), (4.8, 6.2, 0.4), print_colours),
        ]
        clothes: Clothes = {
            "bottom": Piece(fabric((50, 54, 66)), "male_casualsuit04"),
            "top": Piece(fabric((60, 100, 92)), "male_casualsuit04", ease=0.05),
            "hair": _hair("short02"),
        }
        actor = Actor(
            "male", "young", (0.1, 0.75, 0.15), (222, 174, 136), (24, 20, 18), clothes, hello, heading=-8
        )
        sky = Sky(_rgb(220, 226, 232), _rgb(200, 204, 208), _rgb(120, 110, 100))
        lights = [
            *self.dome(sky, 0.4),
            *self.key(50, 26, 16, 1.15 * np.array([0.95, 1.0, 1.05])),
            *self.key(-70, 20, 14, 0.5 * _WARM),
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

    def clip_frame(self, number: int) -> Shot:
        """A frame of the clip: jumping jacks, two in ``CLIP_FRAMES`` frames."""
        phase = 2.0 * number / CLIP_FRAMES % 1.0
        wall_paint = _surface(Kind.PLAIN, (88, 118, 136), (0, 0, 0))
        skirting = _surface(Kind.PLAIN, (226, 228, 228), (0, 0, 0))
        boards = _surface(
            Kind.PLANKS, (196, 158, 112), (170, 130, 88), (112, 84, 56), 0.7, x=1.0, shine=0.06, gloss=40.0
        )
        mat = _surface(Kind.PLAIN, (66, 70, 80), (0, 0, 0))
        clothes: Clothes = {
            "bottom": Piece(fabric((44, 48, 60)), cut=(1.2, -2.2), ease=0.14),
            "top": Piece(fabric((240, 196, 70)), cut=(0.2, 0.45, 5.5), ease=0.1),
            "shoes": _shoes("shoes02", (230, 232, 236)),
            "hair": _hair("short04"),
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
        sky = Sky(_rgb(226, 232, 240), _rgb(206, 210, 214), _rgb(120, 110, 100))
        place = [floor(boards, 200, 34, 24), wall(wall_paint, 24, 200, 70), wall(skirting, 23.9, 200, 1.4)]
        place.append(box((0, 0, 0), (15, 0.1, 9), mat))
        lights = [
            *self.dome(sky, 0.5),
            *self.key(-45, 46, 10, 1.1 * _WARM),
            *self.key(130, 30, 8, 0.5 * _COOL),
        ]
        camera = Camera((0, 9.8, 0), 60, 24.5, yaw=3, elevation=2)
        return Shot("clip.mp4", (640, 480), [actor], [], place, sky, np.full((2, 3), 0.06), lights, camera)

    def shots(self) -> list[Shot]:
        """All pictures but the clip."""
        return [
            self.portrait(),
            self.gym(),
            self.park(),
            self.street(),
            self.terrace(),
            self.beach(),
            self.call(),
        ]
