"""Keeps what the data is in data/schema.yaml, and refuses data that was changed unnoticed."""
