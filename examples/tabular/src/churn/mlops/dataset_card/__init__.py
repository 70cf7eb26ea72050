"""Writes the dataset card from data/schema.yaml and from the answers of the team."""
