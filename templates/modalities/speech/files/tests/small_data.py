"""The data and the settings of the tests; they need nothing of the team's config.yaml.

`python tests/small_data.py FOLDER` writes them into a folder.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONFIG = """\
experiment: test
data:
  source: builtin
  voices: 10
features:
  sample_rate: 16000
  seconds: 1.0
augment:
  shift_ms: 160
model:
  channels: 32
  blocks: 3
train:
  epochs: 5
  batch_size: 16
  learning_rate: 0.02
  weight_decay: 0.01
  warmup: 0.2
evaluate:
  min_score: 0
  seeds: 2
runtime:
  seed: 0
  track: false
"""


def write(folder: Path) -> None:
    """Writes config.yaml and the data into a folder."""
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8", newline="\n")
    shutil.copytree(ROOT / "samples", folder / "samples", dirs_exist_ok=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
