"""`python -m nimble_package.train`: train the network and its baseline."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import data, plots
from .audio import log_mel
from .config import Config
from .config import load as load_config
from .evaluate import judge
from .mlops import manifest, scores, settings, tracking

if TYPE_CHECKING:
    from torch import Tensor, nn

    Pair = tuple[Tensor, Tensor]  # features and label numbers

MODEL, REPORTS = Path("models/current"), Path("reports")


@dataclass(frozen=True)
class Result:
    """Figures on the validation speakers and on the held-out family."""

    metrics: dict[str, float]
    run_id: str | None


def learn(
    config: Config, seed: int, known: "Pair", valid: "Pair", resume: bool
) -> "tuple[nn.Module, list[dict[str, float]]]":
    """A network, and what each epoch showed."""
    import torch
    from torch.nn.functional import cross_entropy

    from .augment import Augmentation
    from .mlops.loop import Shuffled, best_epoch, fit, pick_device, seed_everything
    from .model import KeywordNet

    def validate(net: "nn.Module") -> dict[str, float]:
        out = torch.cat([net(part.to(device)).cpu() for part in torch.split(valid[0], 256)])
        right = (out.argmax(1) == valid[1]).double().mean()
        return {"loss": float(cross_entropy(out, valid[1])), "accuracy": float(right)}

    device = pick_device(config.runtime.device)
    seed_everything(seed, config.runtime.threads)
    net = KeywordNet(int(known[1].max()) + 1, config.features.mels, config.model).normalise(
        known[0]
    )
    rows = fit(
        net,
        Shuffled(known, config.train.batch_size, Augmentation(config, net.mean.clone())),
        validate,
        loss=cross_entropy,
        schedule=config.train,
        device=device,
        seed=seed,
        checkpoint=Path(f"models/checkpoints/{seed}.safetensors"),
        resume=resume,
    )
    right = rows[best_epoch(rows)]["valid_accuracy"]
    print(f"seed {seed}: {right:.1%} of validation right after {len(rows)} epochs", flush=True)
    return net.cpu(), rows


def train(config: Config, resume: bool = False) -> Result:
    """Keeps the first seed's network; the others say how far chance alone moves the figures."""
    import torch

    from .mlops.weights import export_onnx, save_model
    from .model import NearestMean

    facts, splits, how = data.prepare(config), data.load(config), config.features
    heard, seen = log_mel(splits.train.sound, how), log_mel(splits.valid.sound, how)
    known = torch.from_numpy(heard), torch.from_numpy(splits.train.labels)
    valid = torch.from_numpy(seen), torch.from_numpy(splits.valid.labels)
    seeds = [config.runtime.seed + i for i in range(config.evaluate.seeds)]

    def answer(net: "nn.Module", features: Any) -> Any:
        with torch.inference_mode():
            return net(torch.from_numpy(features)).softmax(1).numpy()

    with tracking.start(config) as run:
        run.dataset(facts)
        nets, curves = zip(*(learn(config, s, known, valid, resume) for s in seeds), strict=True)
        runs = [judge(partial(answer, net), splits.valid, splits, how) for net in nets]
        baseline = judge(NearestMean(heard, splits.train.labels), splits.valid, splits, how)
        metrics = scores.spread("model", runs) | scores.spread("baseline", [baseline])
        card = {"labels": splits.labels, "features": asdict(how), "model": asdict(config.model)}
        save_model(nets[0], MODEL, card)
        export_onnx(nets[0], (known[0][:8],), MODEL / "model.onnx", ["log_mel"], "logits")
        plots.draw(REPORTS / "plots", splits, partial(answer, nets[0]), curves, how)
        manifest.save_json(REPORTS / "train.json", metrics)
        manifest.write(
            REPORTS / "manifest.json",
            config=config,
            data=facts,
            metrics=metrics,
            artifacts=[MODEL, REPORTS / "plots"],
            seeds=seeds,
            run=run,
        )
        for step, row in enumerate(curves[0], start=1):
            run.metrics(row, step)
        run.metrics(metrics)
        run.model(MODEL, seen[:8], answer(nets[0], seen[:8]))
        run.files(REPORTS / "plots")
    return Result(metrics, run.id)


def main(argv: Sequence[str] | None = None) -> int:
    """Prints model beside baseline; `--resume` goes on after the last whole epoch."""

    def body(args: Any) -> None:
        result = train(load_config(args.config, args.overrides), args.resume)
        print(manifest.show(result.metrics))
        if "model.held_out_accuracy" in result.metrics:
            print("held_out_accuracy is the honest one: voices of a kind that training never heard")
        print(f"To look at the runs: {tracking.LOOK}")

    return settings.command(__doc__, body, argv, **{"--resume": {"action": "store_true"}})


if __name__ == "__main__":
    raise SystemExit(main())
