"""Predicts for many inputs, in parts that are written once."""
