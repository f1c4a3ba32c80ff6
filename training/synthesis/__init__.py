"""Synthetic people: CC0 body geometry and a seed go in, rendered figures with exact COCO keypoints come out."""
