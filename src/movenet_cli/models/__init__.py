"""Models: where their files come from, and one class for each runtime that runs them."""
