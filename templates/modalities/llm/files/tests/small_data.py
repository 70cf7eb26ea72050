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
  source: handbook
  licence: CC0-1.0
model:
  prompts: [plain, cited, grounded]
  chunk_words: [30]
  retrievers: [bm25]
  top_k: [4]
  models: ["stub:small", "stub:large"]
  max_tokens: 1000
train:
  budget_usd: 5.0
  max_cost_per_1k: 1.2
evaluate:
  min_score: 0.7
  max_words: 60
runtime:
  seed: 0
  threads: 1
  track: false
  timeout_s: 60
  retries: 4
  retry_budget_s: 60
  per_minute: 0
  parallel: 1
"""


def write(folder: Path) -> None:
    """Writes config.yaml and the data into a folder."""
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8", newline="\n")
    shutil.copy(ROOT / "prices.yaml", folder)
    for name in ("handbook", "prompts"):
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
