"""The results folder: what it holds, whose each file is, and what of it is up to date."""
