"""One run: its inputs, models, plan, threads and report."""
