"""Decoded pixels, converted and scaled only as far as somebody asks."""
