"""Text formats of results; one format per file."""
