"""One run: its plan, its inputs, its threads and its report."""
