"""`python -m nimble_package.train`: train the model and its baseline."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import config as conf
from . import data, plots
from .features import hash_text, pad
from .mlops import manifest, scores, settings, tracking

if TYPE_CHECKING:
    import torch

    from .mlops.weights import Row
    from .model import Chances, TextNet

MODEL, REPORTS = Path("models/current"), Path("reports")
SHOWN = ("accuracy", "macro_f1", "log_loss", "calibration_error")


@dataclass(frozen=True)
class Result:
    """Figures on the validation texts, with their spread over the seeds."""

    metrics: dict[str, float]
    run_id: str | None


def train_network(
    config: conf.Config, splits: data.Splits, seed: int, resume: bool = False
) -> tuple["TextNet", list["Row"], "Chances"]:
    """The network, what each epoch showed, and its chances for the validation texts."""
    import torch
    from torch.nn.functional import cross_entropy

    from .mlops.loop import fit, pick_device, seed_everything
    from .model import Bags, TextNet, logits

    seed_everything(seed, config.runtime.threads)
    (texts, labels), (held, truth) = splits.part("train"), splits.part("valid")
    rows, seen = ([hash_text(text, config.model) for text in part] for part in (texts, held))
    targets = torch.from_numpy(truth)
    network = TextNet(len(splits.classes), config.model)

    def validate(network: "torch.nn.Module") -> "Row":
        out = logits(network, seen)
        right = (out.argmax(1) == targets).float().mean()
        return {"loss": float(cross_entropy(out, targets)), "accuracy": float(right)}

    def show(row: "Row") -> None:
        print(f"seed {seed}  epoch {row['epoch']:3.0f}  accuracy {row['valid_accuracy']:.4f}")

    history = fit(
        network,
        Bags(rows, torch.from_numpy(labels), config.train.batch_size),
        validate,
        loss=cross_entropy,
        schedule=config.train,
        device=pick_device(config.runtime.device),
        seed=seed,
        on_epoch=show,
        checkpoint=Path(f"models/checkpoints/{seed}.safetensors"),
        resume=resume,
    )
    return network, history, logits(network, seen).softmax(1).numpy()


def train(config: conf.Config, resume: bool = False) -> Result:
    """Each seed holds out validation texts of its own; the first seed's network is kept."""
    from .model import baseline, save

    prepared, splits = data.prepare(config), data.load(config)
    seeds = [config.runtime.seed + i for i in range(config.evaluate.seeds)]
    folds = [splits, *(splits.redraw(seed) for seed in seeds[1:])]
    with tracking.start(config) as run:
        run.dataset(prepared)
        found = [train_network(config, *pair, resume) for pair in zip(folds, seeds, strict=True)]
        networks, histories, chances = zip(*found, strict=True)
        plain = [baseline(*fold.part("train"), fold.part("valid")[0]) for fold in folds]
        metrics = spread("model", folds, chances) | spread("baseline", folds, plain)
        rows = [hash_text(text, config.model) for text in splits.part("valid")[0][:8]]
        card = {"classes": splits.classes, "model": asdict(config.model)}
        answers = save(MODEL, networks[0], card, rows)
        plots.draw(REPORTS / "plots", splits, chances[0], histories)
        plots.draw_words(REPORTS / "plots/telling_words.png", splits, config.model, networks[0])
        manifest.save_json(REPORTS / "train.json", metrics)
        manifest.write(
            REPORTS / "manifest.json",
            config=config,
            data=prepared,
            metrics=metrics,
            artifacts=[MODEL],
            seeds=seeds,
            run=run,
        )
        for row in histories[0]:
            run.metrics(row, step=int(row["epoch"]))
        run.metrics(metrics)
        run.files(REPORTS / "plots")
        run.model(MODEL, pad(rows), answers)
    return Result(metrics, run.id)


def spread(
    name: str, folds: Sequence[data.Splits], chances: Sequence["Chances"]
) -> dict[str, float]:
    """Mean and spread of the figures over the folds; evaluate has them for each class."""
    figures = [
        scores.classify(fold.part("valid")[1], each, fold.classes)
        for fold, each in zip(folds, chances, strict=True)
    ]
    return scores.spread(name, [{key: each[key] for key in SHOWN} for each in figures])


def main(argv: Sequence[str] | None = None) -> int:
    """Trains, and shows the model beside its baseline."""

    def body(args: Any) -> None:
        result = train(conf.load(args.config, args.overrides), args.resume)
        print(manifest.show(result.metrics))
        print(f"look at reports/plots, or at all runs: {tracking.LOOK}")

    resume = {"action": "store_true", "help": "go on where training was cut off"}
    return settings.command(__doc__, body, argv, **{"--resume": resume})


if __name__ == "__main__":
    raise SystemExit(main())
