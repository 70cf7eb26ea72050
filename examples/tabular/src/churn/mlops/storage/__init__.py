"""A DVC remote, where others find data and models, and what moves to and from it."""
