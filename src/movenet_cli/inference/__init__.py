"""Estimators: ways from frames to poses with a given network; one strategy per file."""
