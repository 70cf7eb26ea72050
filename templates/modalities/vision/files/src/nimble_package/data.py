"""`python -m nimble_package.data`: read the images, check them, split them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import images
from .config import Config, Data
from .config import load as load_config
from .mlops import settings
from .mlops.manifest import load_json, save_json, sha256
from .mlops.settings import UserError

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
    folders = sorted(Path(data.path).glob("[!.]*/")) if data.source == "folder" else []
    groups: dict[str, set[str]] = {folder.name: set() for folder in folders}
    for name, label, group, file in images.find(data):
        try:
            pixels = images.read(name, file, data)
        except UserError as error:
            problems.append(str(error))
            continue
        digest = sha256(pixels.tobytes())
        twin, other = first.setdefault(digest, (name, label))
        if not label:
            problems.append(f'"{name}" has no label: move it into {data.path}/<label>/')
        elif other != label:
            problems.append(f'"{name}" is the same image as "{twin}", under another label')
        else:
            rows.append((pixels, label, name, group or digest))
            groups.setdefault(label, set()).add(group or digest)
    problems += [
        f'"{label}" has {len(known)} usable images (or groups of them): 3 are the least'
        for label, known in groups.items()
        if len(known) < 3
    ]
    if len(groups) < 2:
        problems.append(f'"{data.path}" has {len(groups)} labels (folders): 2 are the least')
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
        save(PREPARED / f"{name}.npz", vars(part))
    Image.fromarray(part.images[0].squeeze()).save(PREPARED / "example.png")
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


def save(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes what np.load reads; np.savez writes other bytes with another Python."""
    with ZipFile(path, "w") as file:
        for name, array in arrays.items():
            np.save(content := BytesIO(), array, allow_pickle=False)
            file.writestr(ZipInfo(f"{name}.npy"), content.getvalue())


def assign(
    labels: Iterable[Any], groups: Iterable[str], shares: Mapping[str, float], salt: int = 0
) -> NDArray[np.str_]:
    """A split for each image: whole groups, drawn by hash, each to where most is missing."""
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
    parts = {name: np.load(PREPARED / f"{name}.npz") for name in ("train", "valid", "test")}
    return Splits(classes=classes, **{name: Split(**part) for name, part in parts.items()})


def join(parts: Sequence[Split]) -> Split:
    """All images of some splits, one after the other."""
    return Split(*map(np.concatenate, zip(*(vars(part).values() for part in parts), strict=True)))


def redraw(splits: Splits, data: Data, seed: int) -> Splits:
    """Other validation images, the same test images."""
    pool, share = join([splits.train, splits.valid]), data.valid_share / (1 - data.test_share)
    homes = assign(pool.labels, pool.groups, {"train": 1 - share, "valid": share}, salt=seed)
    return replace(splits, train=pool.part(homes == "train"), valid=pool.part(homes == "valid"))


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
