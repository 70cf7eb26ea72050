"""Clips as a user of the model has them: files whose names are in a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from ...config import Config

if TYPE_CHECKING:
    import pandas as pd


def make_table(config: Config, clips: Sequence[NDArray[Any]], folder: Path) -> "pd.DataFrame":
    """Writes the clips (samples in -1..1) as FLAC files; returns their names."""
    import pandas as pd

    names = []
    for number, samples in enumerate(clips, start=1):
        name = f"example-{number}.flac"
        limited = np.clip(samples, -1, 1)
        soundfile.write(folder / name, limited, config.features.sample_rate)
        names.append(name)
    return pd.DataFrame({"path": names})
