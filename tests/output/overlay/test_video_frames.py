"""A video's frames before they are encoded: the decoder's planes, changed under the shapes alone."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from movenet_cli.core.types import ByteArray, Frame, FrameResult, Image, Pose, Size, Thresholds
from movenet_cli.media.pixels.orientation import Orientation
from movenet_cli.media.pixels.rgb_image import RgbImage
from movenet_cli.media.pixels.video_image import VideoImage
from movenet_cli.output.overlay.canvas import yuv_colours
from movenet_cli.output.overlay.draw import CENTRE, LEFT, RIGHT, Style
from movenet_cli.output.overlay.look import Look, painted_rgb
from movenet_cli.output.overlay.source_streams import Colours
from movenet_cli.output.overlay.video_frames import FrameMaker
from tests.media.images import scene
from tests.output.overlay.clips import header, make_clip, overlay, person, video_stream

BT601, BT709 = Colours(5, 6, 6, 6), Colours(1, 1, 1, 1)
LOOK = Look(Thresholds(0.3), Style(boxes=True, ids=True))


def decoded(
    pixels: ByteArray, colours: Colours = BT601, *, full: bool = False, pixel_format: str = "yuv420p"
) -> av.VideoFrame:
    """A frame as a decoder would give it."""
    rgb = av.VideoFrame.from_ndarray(pixels, "rgb24")
    made = rgb.reformat(format=pixel_format, dst_colorspace=colours.matrix, dst_color_range=2 if full else 1)
    made.colorspace, made.color_range = colours.space, 2 if full else 1
    return made


def planes(made: av.VideoFrame) -> list[ByteArray]:
    """(h, w) each, padding left out."""
    return [
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]  # type: ignore[call-overload]
        for plane in made.planes
    ]


def result(*poses: Pose) -> FrameResult:
    return FrameResult(0, 0.0, "ok" if poses else "empty", poses)


def made(shown: Image, *poses: Pose, colours: Colours = BT601, look: Look = LOOK) -> av.VideoFrame:
    return FrameMaker(shown, colours, look).frame(shown, result(*poses))


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("size", [(322, 242), (321, 241)])
def test_nobody_changes_no_bit(size: tuple[int, int], full: bool) -> None:
    source = decoded(scene(*size), full=full)
    shown = made(VideoImage(source, Orientation()))
    assert (shown.format.name, shown.width, shown.height) == ("yuv420p", 322, 242)
    for stored, drawn in zip(planes(source), planes(shown), strict=True):
        assert np.array_equal(drawn[: stored.shape[0], : stored.shape[1]], stored)
    luma = planes(shown)[0]
    assert np.array_equal(luma[size[1] - 1], luma[-1])
    assert np.array_equal(luma[:, size[0] - 1], luma[:, -1])


def test_what_no_shape_covers_keeps_every_bit() -> None:
    source = decoded(scene(640, 480))
    shown = made(VideoImage(source, Orientation()), person(200, 100, 150, 300, id=3))
    for step, stored, drawn in zip((1, 2, 2), planes(source), planes(shown), strict=True):
        changed = stored != drawn
        assert 0.02 < changed.mean() < 0.12
        ys, xs = np.nonzero(changed)
        assert 180 < xs.min() * step < 200
        assert 350 < xs.max() * step < 370
        assert 400 < ys.max() * step < 420


@pytest.mark.parametrize("exif", [6, 8])
def test_a_video_on_its_side_is_turned_plane_by_plane(exif: int) -> None:
    source, orientation = decoded(scene(322, 242)), Orientation.of_exif(exif)
    shown = made(VideoImage(source, orientation))
    assert (shown.width, shown.height) == (242, 322)
    for stored, drawn in zip(planes(source), planes(shown), strict=True):
        assert np.array_equal(drawn, orientation.apply(stored))


@pytest.mark.parametrize("exif", [1, 6, 8])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("colours", [BT601, BT709])
def test_it_looks_as_if_rgb_had_been_painted(colours: Colours, full: bool, exif: int) -> None:
    """Luma to a rounding; each chroma sample like one of the painted RGB pixels that it may stand for."""
    source = VideoImage(decoded(scene(640, 480), colours, full=full), Orientation.of_exif(exif))
    people = (person(100, 80, 200, 350, score=0.6, id=2), person(330, 30, 90, 200, id=9))
    untouched, shown = planes(made(source, colours=colours)), planes(made(source, *people, colours=colours))
    weights = (0.299, 0.114) if colours == BT601 else (0.2126, 0.0722)
    painted = painted_rgb(source, result(*people), LOOK).astype(np.float32)
    by_rgb = cv2.transform(painted, np.array(yuv_colours(weights, full)))
    luma = np.abs(shown[0] - by_rgb[..., 0])[shown[0] != untouched[0]]
    assert luma.mean() < 0.8
    assert np.percentile(luma, 99) < 4
    around = np.ones((5, 5), np.uint8)
    for plane in (1, 2):
        low, high = (by(by_rgb[..., plane], around)[::2, ::2] for by in (cv2.erode, cv2.dilate))
        drawn = shown[plane] != untouched[plane]
        outside = np.maximum(low - shown[plane], shown[plane] - high)[drawn]
        assert np.percentile(outside, 98) < 4
        assert abs((shown[plane] - cv2.blur(by_rgb[..., plane], (2, 2))[1::2, 1::2])[drawn].mean()) < 5


@pytest.mark.parametrize("exif", [1, 6])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("colours", [BT601, BT709])
def test_paint_has_its_colours_in_every_matrix_and_range(colours: Colours, full: bool, exif: int) -> None:
    source = VideoImage(decoded(scene(640, 640), colours, full=full), Orientation.of_exif(exif))
    pose = person(120, 20, 400, 600)
    shown = made(source, pose, colours=colours)
    shown.colorspace, shown.color_range = colours.space, 2 if full else 1
    rgb = VideoImage(shown, Orientation()).rgb().astype(int)
    for index, colour in ((0, CENTRE), (9, LEFT), (10, RIGHT)):
        x, y = pose.keypoints[index, :2].astype(int)
        assert np.abs(rgb[y, x] - colour).max() <= 3


@pytest.mark.parametrize(
    ("pixel_format", "exif"),
    [("yuv422p", 1), ("yuv444p", 1), ("yuv420p10le", 1), ("nv12", 1), ("yuv420p", 3)],
)
def test_other_formats_go_by_rgb(pixel_format: str, exif: int) -> None:
    shown = VideoImage(decoded(scene(322, 242), pixel_format=pixel_format), Orientation.of_exif(exif))
    frame_made = made(shown)
    assert frame_made.format.name == "yuv420p"
    frame_made.colorspace, frame_made.color_range = BT601.space, 1
    assert np.abs(VideoImage(frame_made, Orientation()).rgb().astype(int) - shown.rgb()).mean() < 3


def test_frames_of_another_kind_in_mid_stream_take_the_first_one_s() -> None:
    first = VideoImage(decoded(scene(320, 240)), Orientation())
    maker = FrameMaker(first, BT601, LOOK)
    for later in (
        VideoImage(decoded(scene(320, 240), full=True), Orientation()),
        VideoImage(decoded(scene(320, 240), BT709), Orientation()),
        RgbImage(scene(320, 240)),
    ):
        shown = maker.frame(later, result())
        shown.colorspace, shown.color_range = BT601.space, 1
        assert np.abs(VideoImage(shown, Orientation()).rgb().astype(int) - first.rgb()).mean() < 2
    smaller = maker.frame(VideoImage(decoded(scene(160, 60)), Orientation()), result())
    luma = planes(smaller)[0]
    assert luma.shape == (240, 320)
    assert luma[:50].max() <= 17
    assert luma[100:140].mean() > 60


@pytest.mark.parametrize("full", [False, True])
def test_encoded_greys_and_colours_do_not_drift(tmp_path: Path, full: bool) -> None:
    """Through the encoder and a decoder: on average not half a step of any plane, and the range is told."""
    source = decoded(scene(640, 480), BT709, full=full)
    clip = tmp_path / "clip.mp4"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = 1, 2 if full else 1
        container.mux(stream.encode(source))
        container.mux(stream.encode(None))
    with av.open(str(clip)) as container:
        shown = VideoImage(next(container.decode(video=0)), Orientation())
    item = Frame(0, 0.0, shown), result()
    path = overlay(tmp_path / "o.mp4", clip, [item], header(size=Size(640, 480)))
    with av.open(str(path)) as container:
        coded = planes(next(container.decode(video=0)))
    for before, after in zip(planes(source), coded, strict=True):
        assert abs(float(after.mean()) - float(before.mean())) < 0.5
    assert video_stream(path).codec_context.color_range == (2 if full else 1)
    assert video_stream(path).codec_context.colorspace == 1


@pytest.mark.parametrize("exif", [6, 8])
def test_a_video_on_its_side_is_encoded_upright(tmp_path: Path, exif: int) -> None:
    clip = make_clip(tmp_path / "clip.mp4", [0.0])
    shown = VideoImage(decoded(scene(320, 240)), Orientation.of_exif(exif))
    path = overlay(tmp_path / "o.mp4", clip, [(Frame(0, 0.0, shown), result())], header(size=Size(240, 320)))
    with av.open(str(path)) as container:
        coded = planes(next(container.decode(video=0)))
    expected = made(shown)
    for before, after in zip(planes(expected), coded, strict=True):
        assert np.abs(after.astype(int) - before).mean() < 3


def test_side_by_side_shows_the_source_to_the_left() -> None:
    for size in ((322, 242), (321, 241)):
        source = decoded(scene(*size))
        shown = made(
            VideoImage(source, Orientation()),
            person(100, 20, 100, 200),
            look=Look(Thresholds(0.3), side_by_side=True),
        )
        assert (shown.width, shown.height) == (644, 242)
        for stored, drawn in zip(planes(source), planes(shown), strict=True):
            left, right = np.hsplit(drawn, 2)
            assert np.array_equal(left[: stored.shape[0], : stored.shape[1]], stored)
            assert 0.01 < (left != right).mean() < 0.2


def test_black_background_and_frame_number() -> None:
    source = VideoImage(decoded(scene(640, 480)), Orientation())
    black = made(source, person(200, 100, 150, 300), look=Look(Thresholds(0.3), background="black"))
    luma, blue, _ = planes(black)
    assert (luma == 16).mean() > 0.8
    assert (blue == 128).mean() > 0.8
    assert luma.max() > 200
    numbered = made(source, look=Look(Thresholds(0.3), frame_number=True))
    plain = made(source, look=Look(Thresholds(0.3)))
    changed = np.argwhere(planes(numbered)[0] != planes(plain)[0])
    assert changed[:, 0].min() > 440
    assert changed[:, 1].max() < 60
    assert len(changed) > 100


def test_faces_are_blurred_in_both_halves_and_nothing_else_is() -> None:
    rng = np.random.default_rng(0)
    source = decoded(rng.integers(0, 256, (480, 640, 3), np.uint8))
    pose = person(200, 60, 200, 380)
    pose.keypoints[1:5, 2] = 0.05  # only the nose is seen
    look = Look(Thresholds(0.95), blur_faces=True, side_by_side=True)
    shown = made(VideoImage(source, Orientation()), pose, look=look)
    nose_x, nose_y = pose.keypoints[0, :2].astype(int)
    for half in np.hsplit(planes(shown)[0], 2):
        face = half[nose_y - 15 : nose_y + 15, nose_x - 15 : nose_x + 15].astype(int)
        assert np.abs(np.diff(face, axis=1)).mean() < 3
        assert np.array_equal(half[150:], planes(source)[0][150:])
    assert np.abs(np.diff(planes(source)[0].astype(int), axis=1)).mean() > 20
