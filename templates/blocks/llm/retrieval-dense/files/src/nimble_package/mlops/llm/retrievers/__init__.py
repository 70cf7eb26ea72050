"""Retrievers besides BM25: a module here with `build(argument, passages, folder)` is one."""
