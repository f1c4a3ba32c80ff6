"""README.md, the pages of docs/ and the examples of `--help`, run in a real shell."""
