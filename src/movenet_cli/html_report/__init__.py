"""HTML report: a results folder to one page that needs nothing else."""
