"""The data and the settings of the tests; they need nothing of the team's config.yaml.

`python tests/small_data.py FOLDER` writes them into a folder.
"""

import sys
from pathlib import Path

CONFIG = """\
experiment: test
task: classification
data:
  source: builtin
model:
  max_iter: 20
  learning_rate: 0.05
  max_leaf_nodes: 6
  l2_regularization: 1.0
  min_samples_leaf: 10
evaluate:
  folds: 3
  min_score: 0.5
runtime:
  seed: 0
  track: false
"""


def write(folder: Path) -> None:
    """Writes config.yaml into a folder."""
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
