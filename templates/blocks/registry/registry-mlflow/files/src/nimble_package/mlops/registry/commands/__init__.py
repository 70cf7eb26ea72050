"""The commands behind `poe register`, `poe models` and `poe promote`."""
