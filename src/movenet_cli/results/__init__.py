"""Finished results: reading, checking and converting them."""
