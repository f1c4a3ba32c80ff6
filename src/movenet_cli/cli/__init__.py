"""The command line: Click and tqdm live here and nowhere else."""
