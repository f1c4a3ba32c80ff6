"""Results to the files of other tools: tables, datasets, projects of labelling tools."""
