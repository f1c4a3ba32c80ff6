"""Who does work items: threads of this process, processes, actors of a Ray cluster; and the worker itself."""
