"""Where data and models lie for others: a DVC remote, and what moves to and from it."""
