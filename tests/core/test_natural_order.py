"""Natural order: numbers by their value, folders before what only begins like them."""

import pytest

from movenet_cli.core.natural_order import natural_key, natural_path_key


@pytest.mark.parametrize(
    "names",
    [
        ["frame9", "frame10", "frame100"],
        ["a", "A1", "a2", "B"],
        ["1", "1a", "2", "10", "x"],
        ["frame007", "frame7", "frame8"],
        ["a1.jpg", "a1b.jpg", "a.jpg", "ab.jpg"],
        ["x\udc80", "x\udcff"],
    ],
)
def test_names(names: list[str]) -> None:
    backwards = names[::-1]
    assert sorted(backwards, key=natural_key) == names


def test_paths_come_as_a_walk_through_their_folders_meets_them() -> None:
    paths = ["a/b2/z.jpg", "a/b10/c/d.jpg", "a/b10/c.jpg", "a1/a.jpg"]
    backwards = paths[::-1]
    assert sorted(backwards, key=natural_path_key) == paths
