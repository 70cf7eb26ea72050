"""Makes any run again by its id: what it was made from, how to repeat it, what differs."""
