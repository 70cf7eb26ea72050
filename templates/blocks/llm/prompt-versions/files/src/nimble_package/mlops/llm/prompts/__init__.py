"""Versions of prompts: their change log, and what a change does to the metrics."""
