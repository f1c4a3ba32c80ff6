"""The HTML report: one page about a results folder that needs nothing else."""
