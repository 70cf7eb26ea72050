"""The registry of models in MLflow: versions with aliases, and who promoted them."""
