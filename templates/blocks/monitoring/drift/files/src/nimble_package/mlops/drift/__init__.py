"""Compares new data with the training data of the champion: tests with known error rates."""
