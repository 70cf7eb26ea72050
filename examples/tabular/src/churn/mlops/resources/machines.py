"""The machines of infra/prices.tf: their memory, and what an hour costs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = Path("infra/prices.tf")
PRICE = re.compile(r'^\s*"([^"\s]+)"\s*=\s*([0-9.]+)\s*(?:#.*)?$', re.MULTILINE)
MEMORY = re.compile(r'^\s*"([^"\s]+)"\s*=\s*\[\s*([0-9.]+)\s*,\s*([0-9.]+)\s*\]', re.MULTILINE)
GIB = 1024**3
SYSTEM = 1 * GIB  # what the operating system and its services need


@dataclass(frozen=True)
class Machine:
    """A size of VM."""

    name: str
    usd_per_hour: float
    memory_bytes: int
    gpu_bytes: int  # 0: it has none

    def fits(self, memory_bytes: int, gpu_bytes: int) -> bool:
        """Returns whether a training with this peak has enough memory here."""
        has_memory = self.memory_bytes >= memory_bytes + SYSTEM
        return has_memory and self.gpu_bytes >= gpu_bytes


def read_machines(file: Path = FILE) -> list[Machine]:
    """Returns the sizes with price and memory, the cheapest first; none without the file."""
    if not file.is_file():
        return []
    text = file.read_text(encoding="utf-8")
    prices = {name: float(price) for name, price in PRICE.findall(text)}
    machines = []
    for name, memory, gpu in MEMORY.findall(text):
        if name in prices:
            sizes = int(float(memory) * GIB), int(float(gpu) * GIB)
            machines.append(Machine(name, prices[name], *sizes))
    return sorted(machines, key=lambda machine: machine.usd_per_hour)


def find_cheapest(machines: Sequence[Machine], memory_bytes: int, gpu_bytes: int) -> Machine | None:
    """Returns the cheapest one with enough memory; `machines` are sorted by price."""
    for machine in machines:
        if machine.fits(memory_bytes, gpu_bytes):
            return machine
    return None
