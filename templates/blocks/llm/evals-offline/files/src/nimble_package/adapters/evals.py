"""What evaluations take from this project: how a prompt is read, how facts are found in a reply."""

from ..bundle import read_prompt
from ..metrics import fact_share

__all__ = ["fact_share", "read_prompt"]
