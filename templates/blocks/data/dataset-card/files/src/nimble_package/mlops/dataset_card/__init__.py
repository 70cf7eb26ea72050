"""The dataset card: what data/schema.yaml knows, and what only people know."""
