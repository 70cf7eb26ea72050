"""The search for better settings: `uv run poe tune`."""
