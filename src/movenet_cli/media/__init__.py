"""Sources: what the command line names, found and opened, one frame after the other."""
