"""`python -m nimble_package.data`: read the images, check them, split them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import images, settings
from .config import Config, Data
from .config import load as load_config
from .manifest import load_json, save_json, sha256
from .settings import UserError

PREPARED = Path("data/prepared")
LICENCES = {"builtin": "CC BY 4.0 (E. Alpaydin and C. Kaynak, optical digits, UCI, 1998)"}


@dataclass(frozen=True)
class Split:
    """Images as (count, height, width, channels); labels are positions in the classes."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    names: NDArray[np.str_]
    groups: NDArray[np.str_]

    def part(self, rows: NDArray[np.bool_]) -> "Split":
        return Split(*(column[rows] for column in vars(self).values()))


@dataclass(frozen=True)
class Splits:
    """Everything prepared."""

    train: Split
    valid: Split
    test: Split
    classes: list[str]


def collect(data: Data) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Rows of (pixels, label, name, group), and what is wrong with the rest."""
    rows, problems, first = [], [], dict[str, tuple[str, str]]()
    for name, label, group, file in images.find(data):
        try:
            if isinstance(file, Path) and file.suffix.lower() not in {".png", ".jpg", ".jpeg"}:
                raise UserError(f'"{name}" is no PNG or JPEG: convert it, or move it elsewhere')
            if not label:
                raise UserError(f'"{name}" has no label: move it into {data.path}/<label>/')
            pixels = images.read(name, file, data)
            digest = sha256(pixels.tobytes())
            twin, other = first.setdefault(digest, (name, label))
            if other != label:
                raise UserError(f'"{name}" is the same image as "{twin}", under another label')
            rows.append((pixels, label, name, group or digest))
        except UserError as error:
            problems.append(str(error))
    groups = defaultdict[str, set[str]](set)
    for _, label, _, group in rows:
        groups[label].add(group)
    if data.source == "folder":
        for folder in sorted(Path(data.path).glob("*/")):
            groups[folder.name]  # noqa: B018
    for label, known in groups.items():
        if len(known) < 3:
            problems.append(f'"{label}" has {len(known)} usable images or groups: 3 are the least')
    if len(groups) < 2:
        problems.append(f'"{data.path}" has {len(groups)} folders of images: 2 labels are the least')
    return rows, problems


def check(config: Config) -> list[str]:
    """What is wrong with the configured data, in words."""
    return collect(config.data)[1]


def prepare(config: Config) -> dict[str, Any]:
    """Writes data/prepared, unless it holds just this already; returns its manifest."""
    data = config.data
    place = Path(data.path if data.source == "folder" else data.source.removeprefix("hf:"))
    files = sorted(path for path in place.rglob("*") if path.is_file())
    content = [(path.as_posix(), sha256(path.read_bytes())) for path in files]
    made_from = sha256(repr((data, content)).encode())
    if (PREPARED / "manifest.json").is_file():
        facts: dict[str, Any] = load_json(PREPARED / "manifest.json")
        if facts["made_from"] == made_from:
            return facts
    rows, problems = collect(data)
    if problems:
        rest = [f"… and {len(problems) - 20} more"] if len(problems) > 20 else []
        raise UserError("\n".join([*problems[:20], *rest]))
    pixels, labels, names, groups = (np.array(column) for column in zip(*rows, strict=True))
    classes, numbers = np.unique(labels, return_inverse=True)
    shares = {"valid": data.valid_share, "test": data.test_share}
    homes = assign(labels, groups, {"train": 1 - sum(shares.values()), **shares})
    PREPARED.mkdir(parents=True, exist_ok=True)
    for name in ("train", "valid", "test"):
        part = Split(pixels, numbers, names, groups).part(homes == name)
        np.savez(PREPARED / f"{name}.npz", allow_pickle=False, **vars(part))
    facts = {
        "source": data.source,
        "licence": LICENCES.get(data.source, "as its owner says"),
        "hash": sha256(b"".join(path.read_bytes() for path in sorted(PREPARED.glob("*.npz")))),
        "counts": {name: int((homes == name).sum()) for name in ("train", "valid", "test")},
        "classes": classes.tolist(),
        "made_from": made_from,
    }
    save_json(PREPARED / "manifest.json", facts)
    return facts


def assign(
    labels: Iterable[Any], groups: Sequence[str], shares: Mapping[str, float], salt: int = 0
) -> NDArray[np.str_]:
    """A split for each image: whole groups, in an order drawn by hash, each to where most is missing."""
    members = defaultdict[str, list[Any]](list)
    for label, group in zip(labels, groups, strict=True):
        members[group].append(label)
    total = Counter(label for inside in members.values() for label in inside)
    have, home = Counter[tuple[str, Any]](), dict[str, str]()
    for group in sorted(members, key=lambda group: sha256(f"{salt} {group}".encode())):
        missing = {
            name: sum(total[label] - (have[name, label] + 0.5) / share for label in members[group])
            for name, share in shares.items()
        }
        home[group] = max(missing, key=missing.__getitem__)
        have.update((home[group], label) for label in members[group])
    return np.array([home[group] for group in groups])


def load(config: Config) -> Splits:
    """The prepared splits, made first where they are missing or outdated."""
    classes = prepare(config)["classes"]
    parts = [np.load(PREPARED / f"{name}.npz") for name in ("train", "valid", "test")]
    return Splits(*(Split(**part) for part in parts), classes)


def redraw(splits: Splits, data: Data, seed: int) -> Splits:
    """Other validation images, the same test images."""
    columns = zip(vars(splits.train).values(), vars(splits.valid).values(), strict=True)
    pool, share = Split(*map(np.concatenate, columns)), data.valid_share / (1 - data.test_share)
    homes = assign(pool.labels, pool.groups, {"train": 1 - share, "valid": share}, salt=seed)
    train, valid = pool.part(homes == "train"), pool.part(homes == "valid")
    return Splits(train, valid, splits.test, splits.classes)


def sample(config: Config, n: int) -> NDArray[np.uint8]:
    """The first `n` test images, as `predict` takes them."""
    return load(config).test.images[:n]


def main(argv: Sequence[str] | None = None) -> int:
    """Prepares the data and says what it is, or what is wrong with it."""

    def body(args: Any) -> None:
        facts = prepare(load_config(args.config, args.overrides))
        counts = ", ".join(f"{count} {name}" for name, count in facts["counts"].items())
        print(f"{counts} images of {len(facts['classes'])} labels: {', '.join(facts['classes'])}")

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
