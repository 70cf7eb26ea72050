"""What the memory of a training depends on: that of every training in torch."""

from ..mlops.resources.torch_trial import SIZE

__all__ = ["SIZE"]
