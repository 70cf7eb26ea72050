"""Machinery for this modality only: works as it is, no need to change it."""
