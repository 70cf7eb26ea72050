"""`python -m nimble_package.train`: train the network and its baseline, over three seeds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from . import data, manifest, plots, scores, settings, tracking
from .config import Config
from .config import load as load_config

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .model import Classifier
    from .weights import Row

MODEL, REPORTS = Path("models/current"), Path("reports")


@dataclass(frozen=True)
class Result:
    """Figures on the validation images."""

    metrics: dict[str, float]
    run_id: str | None


def train_network(
    config: Config, splits: data.Splits, seed: int, resume: bool = False
) -> tuple["Classifier", list["Row"], NDArray[Any]]:
    """The network, what each epoch showed, and its chances for the validation images."""
    import torch
    from torch.nn.functional import cross_entropy

    from .loop import Shuffled, fit, pick_device, seed_everything
    from .model import Augmenter, Classifier, to_input

    x, held = (to_input(torch.from_numpy(part.images)) for part in (splits.train, splits.valid))
    y, truth = (torch.from_numpy(part.labels) for part in (splits.train, splits.valid))
    device = pick_device(config.runtime.device)
    seed_everything(seed, config.runtime.threads)
    network = Classifier(
        len(splits.classes), x.shape[1], min(x.shape[2:]), config.model
    ).normalise(x)

    def logits(network: "nn.Module") -> "Tensor":
        return torch.cat([network(part.to(device)).cpu() for part in torch.split(held, 256)])

    def validate(network: "nn.Module") -> "Row":
        out = logits(network)
        right = (out.argmax(1) == truth).float().mean()
        return {"loss": float(cross_entropy(out, truth)), "accuracy": float(right)}

    def show(row: "Row") -> None:
        print(f"seed {seed}  epoch {row['epoch']:3.0f}  accuracy {row['valid_accuracy']:.4f}")

    rows = fit(
        network,
        Shuffled((x, y), config.train.batch_size, Augmenter(config.augment)),
        validate,
        loss=cross_entropy,
        schedule=config.train,
        device=device,
        seed=seed,
        on_epoch=show,
        checkpoint=Path(f"models/checkpoints/{seed}.safetensors"),
        resume=resume,
    )
    with torch.inference_mode():
        return network, rows, logits(network).softmax(1).numpy()


def train_baseline(splits: data.Splits) -> NDArray[Any]:
    """The chances that a logistic regression on the pixels gives the validation images."""
    import torch
    from sklearn.linear_model import LogisticRegression
    from torch.nn.functional import adaptive_avg_pool2d

    from .model import to_input

    def pixels(part: data.Split) -> NDArray[Any]:
        few = [min(side, 16) for side in part.images.shape[1:3]]
        return adaptive_avg_pool2d(to_input(torch.from_numpy(part.images)), few).flatten(1).numpy()

    model = LogisticRegression(max_iter=1000).fit(pixels(splits.train), splits.train.labels)
    chances: NDArray[Any] = model.predict_proba(pixels(splits.valid))
    return chances


def train(config: Config, resume: bool = False) -> Result:
    """Each seed holds out validation images of its own; the first seed's network is kept."""
    prepared, splits = data.prepare(config), data.load(config)
    seeds = [config.runtime.seed + i for i in range(config.evaluate.seeds)]
    folds = [splits, *(data.redraw(splits, config.data, seed) for seed in seeds[1:])]
    with tracking.start(config) as run:
        run.dataset(prepared)
        found = [train_network(config, *pair, resume) for pair in zip(folds, seeds, strict=True)]
        networks, histories, chances = zip(*found, strict=True)
        metrics = spread("model", folds, chances)
        metrics |= spread("baseline", folds, [train_baseline(fold) for fold in folds])
        outputs = save(networks[0], splits, config)
        plots.draw(REPORTS / "plots", splits, chances[0], histories, config)
        manifest.save_json(REPORTS / "train.json", metrics)
        for row in histories[0]:
            run.metrics(row, step=int(row["epoch"]))
        run.metrics(metrics)
        run.files(REPORTS / "plots")
        run.model(MODEL, splits.valid.images[:8], outputs)
    manifest.write(
        REPORTS / "manifest.json",
        config=config,
        data=prepared,
        metrics=metrics,
        artifacts=[MODEL],
        seeds=seeds,
        run_id=run.id,
    )
    return Result(metrics, run.id)


def spread(
    name: str, folds: Sequence[data.Splits], chances: Sequence[NDArray[Any]]
) -> dict[str, float]:
    """Mean and spread of the figures over the folds; evaluate has them for each class."""
    figures = [
        scores.classify(fold.valid.labels, found, fold.classes)
        for fold, found in zip(folds, chances, strict=True)
    ]
    overall = scores.spread(name, figures).items()
    return {key: value for key, value in overall if not key.startswith(f"{name}.f1.")}


def save(network: "Classifier", splits: data.Splits, config: Config) -> NDArray[Any]:
    """Writes models/current; the answers of the saved network for a few images."""
    import torch

    from .model import Served
    from .weights import export_onnx, save_model

    shape = {"data": asdict(config.data), "model": asdict(config.model)}
    save_model(network, MODEL, {"classes": splits.classes, **shape})
    served, few = Served(network), torch.from_numpy(splits.valid.images[:8])
    far = export_onnx(served, (few,), MODEL / "model.onnx", ["images"], "chances")
    if far > 1e-4:
        raise settings.UserError(f'"model.onnx" is {far:.1g} away from the network it was made of')
    with torch.inference_mode():
        return served(few).numpy()


def main(argv: Sequence[str] | None = None) -> int:
    """Trains, and shows the network beside its baseline."""

    def body(args: Any) -> None:
        result = train(load_config(args.config, args.overrides), args.resume)
        print(f"\nOn validation images, over the seeds:\n\n{manifest.show(result.metrics)}\n")
        if result.metrics["model.accuracy"] < result.metrics["baseline.accuracy"]:
            print("The network is no better than its baseline: take the simpler one, or more data.")
        print(f"Plots: reports/plots (uv run poe report). The tracker: {tracking.LOOK}")

    resume = {"action": "store_true", "help": "go on from models/checkpoints"}
    return settings.command(__doc__, body, argv, **{"--resume": resume})


if __name__ == "__main__":
    raise SystemExit(main())
