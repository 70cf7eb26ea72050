"""The training loop on a toy problem: every promise of loop.py and weights.py, in seconds."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nimble_package.mlops import loop, weights
from nimble_package.mlops.loop import Shuffled, best_epoch, fit, seed_everything
from nimble_package.mlops.manifest import load_json
from nimble_package.mlops.schedule import Schedule
from nimble_package.mlops.settings import UserError
from nimble_package.mlops.weights import Row, copy_weights, export_onnx, save_model

SCHEDULE = Schedule(epochs=6, batch_size=16, learning_rate=0.02, patience=6)


def toy(scale: float = 1.0) -> tuple[Tensor, Tensor]:
    """Three clouds of points in eight dimensions."""
    generator = torch.Generator().manual_seed(0)
    targets = torch.arange(96) % 3
    return torch.randn(96, 8, generator=generator) * scale + 2 * targets[:, None], targets


def network(seed: int = 0) -> nn.Module:
    seed_everything(seed)
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))


def run(
    model: nn.Module,
    data: tuple[Tensor, Tensor] | None = None,
    schedule: Schedule = SCHEDULE,
    seed: int = 0,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> list[Row]:
    inputs, targets = data or toy()

    def validate(model: nn.Module) -> dict[str, float]:
        return {"loss": float(cross_entropy(model(inputs), targets))}

    return fit(
        model,
        Shuffled((inputs, targets), schedule.batch_size),
        validate,
        loss=cross_entropy,
        schedule=schedule,
        device=torch.device("cpu"),
        seed=seed,
        checkpoint=checkpoint,
        resume=resume,
    )


def same(left: nn.Module, right: nn.Module) -> bool:
    pairs = zip(left.state_dict().values(), right.state_dict().values(), strict=True)
    return all(torch.equal(one, other) for one, other in pairs)


def test_a_single_batch_is_learned_by_heart() -> None:
    inputs, targets = toy()
    one = (inputs[:16], targets[:16])
    model = network()
    run(model, one, Schedule(epochs=80, batch_size=16, learning_rate=0.02, patience=80))
    assert torch.equal(model(one[0]).argmax(1), one[1])


def test_the_loss_falls() -> None:
    history = run(network())
    losses = [row["train_loss"] for row in history]
    assert losses[-1] < 0.7 * losses[0]


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    first, second, third = network(), network(), network()
    assert run(first) == run(second)
    run(third, seed=1)
    assert same(first, second)
    assert not same(first, third)


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    whole, cut = network(), network()
    history = run(whole)
    path = tmp_path / "checkpoint.safetensors"

    def pull_the_plug(row: dict[str, float]) -> None:
        if row["epoch"] == 3:
            raise KeyboardInterrupt

    inputs, targets = toy()
    with pytest.raises(KeyboardInterrupt):
        fit(
            cut,
            Shuffled((inputs, targets), SCHEDULE.batch_size),
            lambda model: {"loss": float(cross_entropy(model(inputs), targets))},
            loss=cross_entropy,
            schedule=SCHEDULE,
            device=torch.device("cpu"),
            seed=0,
            on_epoch=pull_the_plug,
            checkpoint=path,
        )
    resumed = network(seed=9)
    assert run(resumed, checkpoint=path, resume=True) == history
    assert same(whole, resumed)


def test_a_finished_run_is_resumed_to_the_same_answers(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    finished, resumed = network(), network(seed=9)
    rows = run(finished, checkpoint=path)
    assert run(resumed, checkpoint=path, resume=True) == rows
    assert torch.equal(finished(toy()[0]), resumed(toy()[0]))


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    run(network(), checkpoint=path)
    with pytest.raises(UserError, match="another shape"):
        run(nn.Linear(8, 3), checkpoint=path, resume=True)


def test_training_stops_early_and_keeps_the_best_weights() -> None:
    """Random targets: the loss on other random targets soon rises."""
    generator = torch.Generator().manual_seed(1)
    inputs = torch.randn(48, 8, generator=generator)
    noise, other = (torch.randint(3, (48,), generator=generator) for _ in range(2))
    model = network()
    history = fit(
        model,
        Shuffled((inputs, noise), 16),
        lambda model: {"loss": float(cross_entropy(model(inputs), other))},
        loss=cross_entropy,
        schedule=Schedule(epochs=60, learning_rate=0.05, patience=3),
        device=torch.device("cpu"),
        seed=0,
    )
    assert len(history) == best_epoch(history) + 1 + 3
    kept = float(cross_entropy(model(inputs), other).detach())
    assert kept == min(row["valid_loss"] for row in history)


def test_a_loss_that_is_no_number_names_the_cure() -> None:
    inputs, targets = toy()
    inputs[5, 0] = float("nan")
    with pytest.raises(UserError, match=r"epoch 1 .*nan.*train\.learning_rate"):
        run(network(), (inputs, targets))


def test_long_gradients_are_clipped() -> None:
    inputs, targets = toy(scale=1000.0)
    model, before = network(), network()
    tiny = Schedule(epochs=1, batch_size=96, learning_rate=0.01, weight_decay=0, clip_norm=1e-9)
    run(model, (inputs, targets), tiny)
    moved = max(
        float((new - old).detach().abs().max())
        for new, old in zip(model.parameters(), before.parameters(), strict=True)
    )
    assert moved < 0.005  # AdamW alone would move every weight by the learning rate


def test_augmentation_sees_training_batches_only_and_repeats_by_seed() -> None:
    inputs, targets = toy()

    def drawn(seed: int) -> list[Tensor]:
        batches = Shuffled(
            (inputs, targets), 16, lambda batch, g: batch + torch.rand(batch.shape, generator=g)
        )
        return [first for first, _ in batches(torch.Generator().manual_seed(seed))]

    assert all(torch.equal(a, b) for a, b in zip(drawn(1), drawn(1), strict=True))
    assert not torch.equal(drawn(1)[0], drawn(2)[0])
    assert len(drawn(1)) == len(Shuffled((inputs, targets), 16))


def test_the_learning_rate_warms_up_and_decays_to_zero() -> None:
    schedule = Schedule(learning_rate=1.0, warmup=0.1)
    rates = [schedule.rate(share / 100) for share in range(101)]
    assert rates[0] == 0
    assert rates[5] == pytest.approx(0.5)
    assert max(rates) == rates[10] == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[100] == pytest.approx(0.0)


def test_a_saved_model_answers_the_same(tmp_path: Path) -> None:
    model = network().eval()
    save_model(model, tmp_path, {"labels": ["a", "ü"]})
    loaded = network(seed=5).eval()
    loaded.load_state_dict(load_file(tmp_path / "model.safetensors"))
    assert torch.equal(model(toy()[0]), loaded(toy()[0]))
    assert load_json(tmp_path / "model.json") == {"labels": ["a", "ü"]}


def test_onnx_agrees_for_any_number_of_rows(tmp_path: Path) -> None:
    import onnxruntime

    model, path = network(), tmp_path / "model.onnx"
    inputs, _ = toy()
    assert export_onnx(model, (inputs,), path, ["features"], "logits") < 1e-4
    answer = onnxruntime.InferenceSession(path).run(["logits"], {"features": inputs[:1].numpy()})
    assert answer[0].shape == (1, 3)


def test_an_export_says_how_far_it_is_from_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, inputs = network().eval(), toy()[0][:4]
    silent = SimpleNamespace(run=lambda *_: [torch.zeros(4, 3).numpy()])
    monkeypatch.setattr(weights, "open_session", lambda _: silent)
    away = export_onnx(model, (inputs,), tmp_path / "model.onnx", ["x"], "y")
    assert away == pytest.approx(float(model(inputs).detach().abs().max()))


def test_a_device_is_found_and_can_be_named() -> None:
    assert loop.pick_device("cpu").type == "cpu"
    assert loop.pick_device("auto").type in {"cpu", "cuda", "mps"}


def test_weights_are_copied_not_shared() -> None:
    model = network()
    copy = copy_weights(model)
    run(model)
    assert not torch.equal(copy["0.weight"], model.state_dict()["0.weight"])
