"""Files below one folder: on a disk, or in an object store."""
