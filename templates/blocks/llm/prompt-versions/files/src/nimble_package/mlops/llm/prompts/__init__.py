"""Versions of prompts: their change log, and what a change is worth."""
