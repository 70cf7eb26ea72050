"""What the analysis must know about a modality: `adapters/analysis.py` fills in one `Adapter`.

The examples, their scores and the columns to slice by come from `PROJECT`; this is the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from ..project import ConfigT, InputT, ModelT, OutputsT

Orders = Mapping[str, NDArray[np.intp]]  # feature -> the number of the input it comes from, (n,)


@dataclass(frozen=True)
class Adapter(Generic[ConfigT, InputT, ModelT, OutputsT]):
    """The functions of a modality that `poe slices`, `poe features` and `poe explain` call.

    A feature is what can be taken from one input and put into another: a column of a row, a
    region of an image, a word of a text, a span of an audio clip, a retrieved passage.
    """

    features: Callable[[ConfigT, ModelT], Sequence[str]]
    """Returns the names of the features; none: `poe features` measures time and size only."""

    exchange_feature: Callable[[ModelT, Sequence[InputT], str, Sequence[InputT]], OutputsT]
    """Returns the outputs for the inputs when each has this feature of the other input that is at
    the same place in the second sequence. Both sequences have the same length."""

    steps: Callable[[ModelT, Sequence[InputT]], Mapping[str, Callable[[], object]]]
    """Returns what happens to the inputs on the way to the outputs: name -> a call to time."""

    describe_input: Callable[[ModelT, InputT, Mapping[str, float], Path], list[str]]
    """Returns what the model reads in one input, as lines to print; plots go to the folder.

    The mapping says what each feature adds to the highest probability, or to the value; it is
    empty where the outputs are not numbers."""

    timed_inputs: int | None = None
    """How many inputs of the test split are timed; None: all. Set it where a call costs money."""

    examples: Callable[[ConfigT], Any] | None = None
    """Returns the examples to slice, of the type that `PROJECT.evaluate` takes; None: the test
    split. Set it to add examples that no training sees, such as voices held out."""

    open_exchange: Callable[[ModelT, Sequence[InputT]], Callable[[Orders], OutputsT]] | None = None
    """Returns a function that exchanges features among these inputs and returns the outputs, an
    array. Set it where making the features of all inputs takes longer than the model; otherwise
    `exchange_feature` is called for each feature."""
