"""The commands behind `poe data`, `train`, `evaluate` and `predict`."""
