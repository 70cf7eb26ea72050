"""What `poe evaluate` demands besides evaluate.min_score: see evals/thresholds.yaml."""
