"""Images and videos with the skeletons drawn on them."""
