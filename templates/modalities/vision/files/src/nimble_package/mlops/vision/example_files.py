"""Images as a user of the model has them: files whose names are in a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    import pandas as pd


def make_table(_: Any, images: Sequence[NDArray[np.uint8]], folder: Path) -> "pd.DataFrame":
    """Writes the images (height, width, channels) as PNG files; returns their names."""
    import pandas as pd

    names = []
    for number, pixels in enumerate(images, start=1):
        name = f"example-{number}.png"
        grey = pixels.shape[-1] == 1
        image = Image.fromarray(pixels[..., 0] if grey else pixels)
        image.save(folder / name)
        names.append(name)
    return pd.DataFrame({"path": names})
