"""Looks at a saved model more closely than one metric: `poe slices`, `features`, `explain`."""
