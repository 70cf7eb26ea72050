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
  licence: BSD-3-Clause
model:
  num_embeddings: 4096
  embedding_dim: 16
  ngram: 4
  max_length: 2000
  dropout: 0.3
train:
  epochs: 2
  batch_size: 64
  learning_rate: 0.01
  weight_decay: 0.3
evaluate:
  min_score: 0.3
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
