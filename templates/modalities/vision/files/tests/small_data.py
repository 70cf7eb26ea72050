"""The data and the settings of the tests; they need nothing of the team's config.yaml.

`python tests/small_data.py FOLDER` writes them into a folder.
"""

import sys
from pathlib import Path

CONFIG = """\
experiment: test
data:
  source: builtin
  size: [8, 8]
  channels: 1
model:
  width: 8
  dropout: 0.2
  rotation: 10
  translation: 0.08
  scale: 0.1
  brightness: 0.2
train:
  epochs: 3
  batch_size: 64
  learning_rate: 0.003
evaluate:
  min_score: 0.3
  seeds: 2
runtime:
  seed: 0
  track: false
"""


def write(folder: Path) -> None:
    """Writes config.yaml into a folder."""
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
