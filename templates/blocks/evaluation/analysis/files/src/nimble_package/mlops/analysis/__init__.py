"""What lies behind the average: `uv run poe slices`, `poe features`, `poe explain`."""
