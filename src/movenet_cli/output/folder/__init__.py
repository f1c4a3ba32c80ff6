"""A results folder: what lies where, what of it is ours, what a run will do with it, and what it has done.

`layout` says where an input's results lie, `ownership` which files are ours. Before a run starts, `planner`
makes its `plan`: what is kept, added, redone, and why the run must not start. `results_folder` holds the
folder, `folder_outputs` writes the results, and `journal` with its `records` is what the run wrote down.

"My CSV is gone": three places remove or rename results. `FolderOutputs._strike_outdated` and `_remove` take
what is out of date (the input or the settings have changed, or it failed), and `--dry-run` lists it before;
`_remove_unfinished` takes what a killed run had not finished; `put_aside_if_changed` renames to `.bak` what
somebody has changed. The last line that `journal.jsonl` has of the input tells which results it has.
"""
