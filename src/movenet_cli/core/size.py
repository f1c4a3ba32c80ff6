"""The size of an image or of a network's input; without NumPy, since the catalogue of models has sizes."""

from typing import NamedTuple


class Size(NamedTuple):
    """Width and height in pixels; NumPy and the networks have them the other way round, see `shape`."""

    width: int
    height: int

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width): the first two axes of an image's array."""
        return self.height, self.width

    def __str__(self) -> str:
        """As people write it: `1920x1080`."""
        return f"{self.width}x{self.height}"
