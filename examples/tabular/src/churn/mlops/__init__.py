"""Machinery that is the same whatever the model reads: nobody has to open it to change a model."""
