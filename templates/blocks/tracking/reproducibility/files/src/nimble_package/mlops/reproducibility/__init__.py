"""Any run again, by its id: what it was made from, how to make it again, what differs."""
