"""What the memory of a training in torch depends on: the data, and the tensors of one step."""

from ..mlops.project import PREPARED
from ..mlops.resources.adapter import Config, Parts, SizeAdapter
from ..mlops.resources.memory import count_bytes
from ..mlops.resources.torch_trial import watch
from ..project import PROJECT


def count(config: Config) -> Parts:
    """Returns the bytes of the prepared examples."""
    return {"data": count_bytes(PROJECT.load(config, PREPARED))}


def shorten(_: Config) -> list[str]:
    """No setting is changed: `watch` ends each training after two steps."""
    return []


def count_left_out(_: Config, __: Parts) -> int:
    """Two steps need as much memory as all of them."""
    return 0


SIZE = SizeAdapter(shorten, watch, count, count_left_out)
