"""Annotated images find their results by name, and never the wrong ones."""

import pytest

from movenet_cli.errors import InputError
from movenet_cli.evaluation.ground_truth import AnnotatedImage
from movenet_cli.evaluation.pairing import pair_images


def paired(truth: list[str], results: list[str]) -> list[bool]:
    pairs = pair_images([AnnotatedImage(name, ()) for name in truth], dict.fromkeys(results, ()))
    return [pair.detections is not None for pair in pairs]


def test_full_names_come_first() -> None:
    assert paired(["a/1.jpg", "b/1.jpg"], ["a/1.jpg", "b/1.jpg"]) == [True, True]


def test_the_last_part_serves_both_ways() -> None:
    assert paired(["val2017/1.jpg", "2.jpg"], ["1.jpg", "images/2.jpg"]) == [True, True]


def test_frames_of_a_video_are_told_apart() -> None:
    assert paired(["clip.mp4#000001", "clip.mp4#000002"], ["videos/clip.mp4#000002"]) == [False, True]


def test_an_ambiguous_last_part_is_no_match() -> None:
    assert paired(["1.jpg", "2.jpg"], ["a/1.jpg", "b/1.jpg", "2.jpg"]) == [False, True]
    assert paired(["a/1.jpg", "b/1.jpg", "2.jpg"], ["1.jpg", "2.jpg"]) == [False, False, True]


def test_nothing_in_common_is_an_error_that_shows_both_kinds_of_names() -> None:
    with pytest.raises(InputError, match=r"'1\.jpg'.*'one\.jpg'"):
        paired(["1.jpg"], ["one.jpg"])
