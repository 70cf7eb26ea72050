"""What `poe evaluate` asks of a bundle besides `evaluate.floor`: see evals/thresholds.yaml."""

from .thresholds import judge, verdict

__all__ = ["judge", "verdict"]
