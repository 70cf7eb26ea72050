"""What an hour of the machine costs, by infra/prices.tf."""

import re
from pathlib import Path

FILE = Path("infra/prices.tf")
LINE = re.compile(r'^\s*"([^"\s]+)"\s*=\s*([0-9.]+)\s*$', re.MULTILINE)  # a size without spaces


def read_prices(file: Path = FILE) -> dict[str, float]:
    """Returns USD for an hour of each size of VM; nothing without the file."""
    if not file.is_file():
        return {}
    return {name: float(price) for name, price in LINE.findall(file.read_text(encoding="utf-8"))}
