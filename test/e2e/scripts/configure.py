"""`python configure.py REPO SETTING…`: writes `section.key=value` into REPO/config.yaml, as a user does by hand."""

import sys
from pathlib import Path

from own_model_page import merge_yaml

if __name__ == "__main__":
    path = Path(sys.argv[1]) / "config.yaml"
    text = path.read_text(encoding="utf-8")
    for setting in sys.argv[2:]:
        key, _, value = setting.partition("=")
        section, _, name = key.partition(".")
        text = merge_yaml(text, f"{section}:\n  {name}: {value}\n")
    path.write_text(text, encoding="utf-8")
