"""The page in a browser, opened as by double-click: what one would click, and the keys one would press."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from movenet_cli.core.inputs import SourceInfo
from movenet_cli.core.types import FrameResult, Pose
from movenet_cli.html_report import side_files
from movenet_cli.html_report.page import write_report
from movenet_cli.io.json_text import escape_name
from tests.html_report.examples import make_coloured_clip, small_video, with_run
from tests.output.formats.examples import Documents, image_header, write_results
from tests.support.media import gradient, write_image

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make develop")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CAN_PLAY = "document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.42E01E\"') !== ''"
NAMES = (
    "a #1?100%.jpg",
    "b <b onclick=alert(1)>&amp;.jpg",
    "c'\"\udcff.jpg",
    "</script><script>alert(1).jpg",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium or Chrome is on the path")
    with sync_api.sync_playwright() as playwright:
        # As root, which machines of CI often are, Chromium has no sandbox; it opens our own files alone.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab(browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    """A tab in which nothing may go wrong, and nothing is loaded from anywhere but this machine's files."""
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: requests.append(request.url))
    requests: list[str] = []
    yield page
    page.context.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []


def person(score: float) -> Pose:
    """Somebody in the middle of an image of 64 by 48 pixels."""
    points = np.random.default_rng(1).uniform((20, 10), (44, 38), (17, 2))
    keypoints = np.concatenate([points, np.full((17, 1), score)], axis=1).astype(np.float32)
    return Pose(keypoints, score, (20.0, 10.0, 44.0, 38.0))


def clip_results() -> Iterator[FrameResult]:
    """100 frames: the worst is 60; nobody in 30 to 39, 70 failed, 80 has another subject."""
    for index in range(100):
        time = index / 25
        if 30 <= index < 40:
            yield FrameResult(index, time, "empty")
        elif index == 70:
            yield FrameResult(index, time, "failed", (), "frame could not be decoded")
        else:
            pose = person(0.35 if index == 60 else 0.8)
            yield FrameResult(index, time, "ok", (replace(pose, restarted=index == 80),))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video with its overlay, four images with odd names, one image without anybody, and a failure."""
    folder = tmp_path_factory.mktemp("night")
    small = replace(image_header(), info=SourceInfo("image", 64, 48))
    scores = dict(zip(NAMES, (0.9, 0.4, 0.7, 0.5), strict=True))
    documents: Documents = [
        *(
            (replace(small, source=name), [FrameResult(0, None, "ok", (person(s),))])
            for name, s in scores.items()
        ),
        (replace(small, source="nobody.png"), [FrameResult(0, None, "empty")]),
        (small_video("clip.mp4"), list(clip_results())),
    ]
    write_results(folder / "out", ["json"], documents)
    paths = {header.source: folder / "in" / header.source for header, _ in documents}
    for path in paths.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".mp4":
            make_coloured_clip(path, 100, 50)
        else:
            data = write_image(folder / "image.jpg", gradient(64, 48)).read_bytes()
            path.write_bytes(data)
    make_coloured_clip(folder / "out/overlay/clip.mp4", 100, 50)
    with_run(
        folder / "out",
        files=[{"source": escape_name(name), "path": escape_name(str(path))} for name, path in paths.items()],
        failures=[{"source": "broken.mp4", "reason": "no video in this file"}],
        notes=[{"source": "nobody.png", "note": "its end is missing"}],
    )
    return folder / "out"


@pytest.fixture
def opened(results: Path, tab: sync_api.Page) -> sync_api.Page:
    """The page as one file."""
    return opened_as("small", results, tab)


@pytest.fixture(params=["small", "large"])
def either(
    results: Path, tab: sync_api.Page, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> sync_api.Page:
    """The page as one file, and with files beside it."""
    if request.param == "large":
        monkeypatch.setattr(side_files, "MOST_INLINE", 0)
    return opened_as(request.param, results, tab)


def opened_as(name: str, results: Path, tab: sync_api.Page) -> sync_api.Page:
    page = results / f"{name}.html"
    write_report(results, page)
    tab.goto(page.as_uri())
    return tab


def names(tab: sync_api.Page) -> list[str]:
    return [text.strip() for text in tab.locator(".row .name").all_inner_texts()]


WORST_FIRST = [
    *("broken.mp4", "clip.mp4", NAMES[1], NAMES[3], escape_name(NAMES[2]), NAMES[0]),
    "nobody.png",
]


def test_filters_and_orders(opened: sync_api.Page) -> None:
    assert names(opened) == WORST_FIRST
    opened.get_by_role("button", name=re.compile("^failed")).click()
    assert names(opened) == ["broken.mp4", "clip.mp4"]
    opened.keyboard.press("Escape")
    opened.keyboard.press("/")
    opened.keyboard.type("END IS")
    assert names(opened) == ["nobody.png"]
    opened.keyboard.press("Escape")
    assert names(opened) == WORST_FIRST
    opened.get_by_label("Lowest score from").fill("0.5")
    opened.get_by_label("Lowest score to").fill("0.8")
    assert names(opened) == [NAMES[3], escape_name(NAMES[2])]
    assert opened.locator("#shown").inner_text() == "2 of 7 inputs"
    opened.get_by_label("Lowest score from").fill("")
    opened.get_by_label("Lowest score to").fill("")
    opened.get_by_label("order").select_option("subject changed")
    assert names(opened)[0] == "clip.mp4"
    opened.get_by_label("order").select_option("name")
    assert names(opened)[0] == NAMES[3]


def test_every_thumbnail_and_skeleton_is_there(either: sync_api.Page) -> None:
    images = either.locator(".row img")
    assert images.count() == 6
    for each in images.all():
        each.scroll_into_view_if_needed()
        each.evaluate("image => image.decode()")
    assert either.locator(".row .skeleton .left").count() == 5
    assert either.locator(".row:has-text('nobody.png') .skeleton path").count() == 0
    points = either.locator(".row:has-text('clip.mp4') .skeleton .left").get_attribute("d")
    assert points is not None
    assert points.startswith("M")


def test_links_lead_to_the_files(opened: sync_api.Page) -> None:
    for row in opened.locator(".row.image").all():
        link = row.locator("a.name")
        href = link.evaluate("link => link.href")
        other = opened.context.new_page()
        other.goto(href)
        assert other.evaluate("[document.images[0].naturalWidth, document.images.length]") == [64, 1]
        other.close()


def test_the_keyboard_alone_is_enough(opened: sync_api.Page) -> None:
    for _ in range(3):
        opened.keyboard.press("j")
    opened.keyboard.press("k")
    opened.keyboard.press("Enter")
    dialog = opened.get_by_role("dialog")
    assert dialog.get_by_role("heading").inner_text() == "clip.mp4"
    told = opened.locator("#told")
    assert told.inner_text() == "frame 60 · 0:02.40 · score 0.35"
    opened.keyboard.press("ArrowRight")
    assert told.inner_text() == "frame 61 · 0:02.44 · score 0.80"
    opened.keyboard.press("w")
    assert told.inner_text().startswith("frame 60 ")
    for frame in (70, 80, 30):
        opened.keyboard.press("n")
        assert told.inner_text().startswith(f"frame {frame} ")
    opened.keyboard.press("j")
    assert dialog.get_by_role("heading").inner_text() == NAMES[1]
    assert told.inner_text() == "score 0.40"
    assert dialog.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
    assert dialog.locator(".skeleton .left").count() == 1
    opened.keyboard.press("s")
    assert dialog.locator(".skeleton").count() == 0
    opened.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert opened.evaluate("document.activeElement.getAttribute('aria-label')") == f"Look at {NAMES[1]}"


def at(tab: sync_api.Page, curve: sync_api.Locator, frame: int) -> dict[str, float]:
    box = curve.bounding_box()
    assert box is not None
    return {"x": box["width"] * (frame + 0.5) / 100, "y": box["height"] / 2}


def until(tab: sync_api.Page, condition: str) -> None:
    """Wait for it; Playwright's own way would need the page to allow eval."""
    for _ in range(200):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(50)
    pytest.fail(f"it never came to {condition}")


def test_the_curve_tells_frames_and_jumps(either: sync_api.Page) -> None:
    row = either.locator(".row:has-text('clip.mp4')")
    curve, told = row.locator(".curve"), row.locator(".told")
    for frame, words in (
        (10, "frame 10 · 0:00.40 · score 0.80"),
        (35, "frame 35 · 0:01.40 · nobody"),
        (70, "frame 70 · 0:02.80 · failed: frame could not be decoded"),
        (80, "frame 80 · 0:03.20 · score 0.80 · subject changed"),
    ):
        curve.hover(position=at(either, curve, frame))
        sync_api.expect(told).to_have_text(words)
    curve.click(position=at(either, curve, 20))
    assert either.locator("#told").inner_text() == "frame 20 · 0:00.80 · score 0.80"
    if not either.evaluate(
        "document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.42E01E\"')"
    ):
        pytest.skip("this Chromium has no H.264")
    video = either.locator("dialog video")
    assert str(video.get_attribute("src")).endswith("overlay/clip.mp4")
    until(either, "viewer.video.readyState >= 2 && !viewer.video.seeking")
    assert 0.8 < video.evaluate("video => video.currentTime") < 0.84
    assert either.locator("dialog .skeleton").count() == 0  # the overlay has it
    large = either.locator("#viewer-curve .curve")
    large.click(position=at(either, large, 75))
    assert 3.0 < video.evaluate("video => video.currentTime") < 3.04
    until(either, "viewer.video.readyState >= 2 && !viewer.video.seeking")
    assert colour(video) == "green"
    either.get_by_role("button", name="show the input").click()
    until(either, "viewer.video.readyState >= 2 && !viewer.video.seeking")
    assert str(video.get_attribute("src")).endswith("in/clip.mp4")
    assert either.locator("dialog .skeleton .left").count() == 1
    large.click(position=at(either, large, 5))
    until(either, "viewer.video.readyState >= 2 && !viewer.video.seeking")
    assert colour(video) == "blue"
    either.keyboard.press("Space")
    until(either, "viewer.place > 8")
    either.keyboard.press("Space")
    assert either.evaluate("viewer.video.paused")
    either.get_by_role("button", name="close").click()
    assert not either.locator("dialog").is_visible()


def colour(video: sync_api.Locator) -> str:
    """Of the frame that is shown, as a person would see it."""
    pixels = cv2.imdecode(np.frombuffer(video.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    height, width = pixels.shape[:2]
    middle = pixels[height // 4 : height // 2, width // 3 : width // 2]
    return ("blue", "green", "red")[int(np.median(middle, axis=(0, 1)).argmax())]


def test_people_are_shown_without_what_a_browser_can_play(tmp_path: Path, tab: sync_api.Page) -> None:
    """A video of a kind that it does not know, an image in TIFF, and one that is not there any more."""
    write_image(tmp_path / "in/a.tif", gradient(64, 48))
    (tmp_path / "in/old.avi").write_bytes(b"RIFF....AVI LIST")
    small = replace(image_header("a.tif"), info=SourceInfo("image", 64, 48))
    documents: Documents = [
        *(
            (replace(small, source=name), [FrameResult(0, None, "ok", (person(0.7),))])
            for name in ("a.tif", "b.jpg")
        ),
        (small_video("old.avi"), list(clip_results())),
    ]
    write_results(tmp_path / "out", ["json"], documents)
    files = [{"source": name, "path": str(tmp_path / "in" / name)} for name in ("a.tif", "b.jpg", "old.avi")]
    page = opened_as("report", with_run(tmp_path / "out", files=files), tab)
    page.get_by_role("button", name="Look at a.tif").click()
    until(page, "document.querySelector('dialog img').naturalWidth === 64")  # the thumbnail
    assert page.locator("dialog .skeleton .left").count() == 1
    page.keyboard.press("j")
    until(page, "!document.querySelector('dialog img')")
    assert page.locator("dialog .skeleton .left").count() == 1
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Look at old.avi").click()
    sync_api.expect(page.locator("dialog .cannot")).to_contain_text("cannot play the video")
    assert page.locator("dialog .skeleton .left").count() == 1
    assert page.locator("#told").inner_text().startswith("frame 60 ")


def test_files_that_are_missing_are_said(
    results: Path, browser: sync_api.Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_files, "MOST_INLINE", 0)
    out = results / "torn.html"
    write_report(results, out)
    shutil.rmtree(results / "torn-files")
    other = browser.new_page()
    other.goto(out.as_uri())
    told = "Files of this page are missing. Keep the folder torn-files beside it"
    assert other.locator("#missing").inner_text().startswith(told)
    other.close()


def test_light_dark_narrow_and_printed(results: Path, tab: sync_api.Page) -> None:
    write_report(results, results / "small.html")
    tab.goto((results / "small.html").as_uri())
    background = "getComputedStyle(document.body).backgroundColor"
    tab.emulate_media(color_scheme="light")
    light = tab.evaluate(background)
    tab.emulate_media(color_scheme="dark")
    assert tab.evaluate(background) != light
    tab.set_viewport_size({"width": 380, "height": 700})
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.emulate_media(media="print")
    assert tab.pdf().startswith(b"%PDF")
    assert not tab.locator("#tools").is_visible()
    assert tab.locator(".row").first.is_visible()
