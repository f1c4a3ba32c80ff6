"""Estimators: ways from frames to poses with a given network; one plan per file."""
