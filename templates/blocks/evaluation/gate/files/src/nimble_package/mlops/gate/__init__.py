"""Decides by tests with known error rates whether a new model replaces the champion."""
