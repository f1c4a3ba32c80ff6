"""Files, locks, hashes and standard streams: what reading and writing share."""
