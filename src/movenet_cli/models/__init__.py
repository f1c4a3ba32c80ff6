"""Models: where their files come from, and one class per runtime that runs them."""
