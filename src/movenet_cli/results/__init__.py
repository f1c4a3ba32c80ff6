"""Results folders: what is up to date in them, who may write, and everything that reads them again."""
