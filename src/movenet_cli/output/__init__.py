"""Sinks: result files, streams and overlays; one format per file."""
