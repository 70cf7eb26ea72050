"""Machinery that nimble-ml maintains: the same in every repository, no need to change it."""
