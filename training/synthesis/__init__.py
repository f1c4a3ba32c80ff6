"""Synthetic people: CC0 bodies and a seed go in, rendered figures with exact COCO keypoints come out."""
