"""`python -m nimble_package.mlops.analysis.features`: what features bring and cost.

Exit status 1 when an answer takes longer, or the model is larger, than `budget` in insight.yaml.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, median, pstdev
from typing import Any

import numpy as np

from ... import config, data, predict
from ...adapters import analysis as probes
from .. import manifest, settings
from . import beside, plan

FOLDER = Path("reports/features")


def importance(config_: config.Config, repeats: int) -> dict[str, dict[str, float]]:
    """What the figure loses when a feature is shuffled over the test rows, most first."""
    known = probes.features(config_)
    random = np.random.default_rng(config_.runtime.seed)
    full, found = known.score(None, random), {}
    for name in known.names:
        lost = [full - known.score(name, random) for _ in range(repeats)]
        found[name] = {"loses": fmean(lost), "std": pstdev(lost)}
    return dict(sorted(found.items(), key=lambda item: -item[1]["loses"]))


def costs(config_: config.Config, repeats: int) -> dict[str, float]:
    """Milliseconds of each step for a thousand rows."""
    steps = probes.steps(config_)
    return {name: 1000 / steps.rows * clock(run, repeats) for name, run in steps.run.items()}


def clock(run: Callable[[], Any], repeats: int) -> float:
    """The median of some measurements in milliseconds, after one that warms up."""
    found = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        run()
        found.append(1000 * (time.perf_counter() - start))
    return median(found[1:])


def weigh(config_: config.Config, repeats: int) -> dict[str, float]:
    """What one answer takes, and how large the model is."""
    model: Any = predict.load()
    one: Any = data.sample(config_, 1)
    files = [path for path in Path("models/current").rglob("*") if path.is_file()]
    return {
        "answer_ms": clock(lambda: predict.predict(model, one), repeats),
        "model_mb": sum(path.stat().st_size for path in files) / 1e6,
    }


def features(config_: config.Config) -> int:
    """Writes table, picture and JSON; 1 where the budget is exceeded."""
    wanted = plan.read()
    weight, spent = weigh(config_, wanted.repeats), costs(config_, wanted.repeats)
    brings = importance(config_, wanted.repeats)
    figure = probes.features(config_).figure
    if brings:
        wide = max(map(len, brings))
        print(f"{'':{wide}}  what {figure} loses when it is shuffled")
        for name, one in brings.items():
            idle = "" if one["loses"] > one["std"] else "  no more than chance"
            print(f"{name:{wide}}  {one['loses']:+.4f} ± {one['std']:.4f}{idle}")
        draw(FOLDER / "importance.png", brings, figure)
    else:
        print(probes.features.__doc__)
    wide = max(map(len, spent))
    print(f"\n{'':{wide}}  ms for 1,000 rows")
    for name, ms in spent.items():
        print(f"{name:{wide}}  {ms:10.2f}")
    limits = {"answer_ms": wanted.budget.answer_ms, "model_mb": wanted.budget.model_mb}
    print()
    for name, limit in limits.items():
        word = "MORE THAN" if weight[name] > limit else "within"
        print(f"{name} {weight[name]:.2f}: {word} budget.{name} {limit:g}")
    facts = {"figure": figure, "importance": brings, "ms_per_1000": spent, **weight}
    manifest.save_json(FOLDER / "features.json", facts)
    figures = {f"importance.{name}": one["loses"] for name, one in brings.items()}
    figures |= {f"ms_per_1000.{name}": ms for name, ms in spent.items()}
    beside.record(config_, figures | weight, FOLDER)
    return int(any(weight[name] > limit for name, limit in limits.items()))


def draw(path: Path, brings: dict[str, dict[str, float]], figure: str, most: int = 20) -> None:
    """The strongest features with their spread over the shufflings."""
    from .picture import BLUE, GREY, canvas

    top = list(brings.items())[:most]
    title = f"What {figure} on the test split loses when a feature is shuffled"
    with canvas(path, title, 1.4 + 0.3 * len(top)) as axes:
        means, spreads = [one["loses"] for _, one in top], [one["std"] for _, one in top]
        axes.barh(range(len(top)), means, xerr=spreads, color=BLUE, ecolor=GREY, height=0.6)
        axes.set_yticks(range(len(top)), [name for name, _ in top])
        axes.axvline(0, color=GREY, lw=1)
        axes.invert_yaxis()


def main(argv: Sequence[str] | None = None) -> int:
    """Prints what features bring and cost, and judges the cost."""

    def body(args: Any) -> int:
        return features(config.load(args.config, args.overrides))

    return settings.command(__doc__, body, argv)


if __name__ == "__main__":
    raise SystemExit(main())
