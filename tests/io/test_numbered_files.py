"""Numbered files: which names a pattern means."""

from pathlib import Path

import pytest

from movenet_cli.io.numbered_files import NumberedFiles, is_numbered


@pytest.mark.parametrize(
    ("pattern", "there", "numbers"),
    [
        ("f_%05d.png", ["f_00001.png", "f_123456.png", "f_1.png", "f_000001.png"], [1, 123456]),
        ("f_%d.png", ["f_1.png", "f_10.png", "f_01.png", "f_.png", "f_-1.png", "xf_1.png"], [1, 10]),
        ("%3d", ["000", "001", "1", "0001", "1000"], [0, 1, 1000]),
        ("a%02db", ["a07b", "a7b", "a07bb", "a0xb", "ab"], [7]),
        ("f%d.png", ["f\u0663.png", "f" + "9" * 30 + ".png", "f5.png"], [5]),
    ],
)  # fmt: skip
def test_which_files_a_pattern_means(
    tmp_path: Path, pattern: str, there: list[str], numbers: list[int]
) -> None:
    for name in there:
        (tmp_path / name).touch()
    files = NumberedFiles(tmp_path / pattern)
    assert sorted(files.numbers()) == numbers
    assert all(files.path(number).exists() for number in numbers)


@pytest.mark.parametrize("name", ["f.png", "%s.png", "%d_%d.png", "%x", "100%", "%123d.png"])
def test_other_names_are_no_patterns(name: str) -> None:
    assert not is_numbered(name)
    with pytest.raises(ValueError, match="has not one number"):
        NumberedFiles(Path(name))


def test_only_the_last_part_of_a_path_counts() -> None:
    assert not is_numbered("%d/frame.png")
    assert is_numbered("%d/frame_%04d.png")
