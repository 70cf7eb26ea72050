"""The training loop on a toy problem, as the docstrings of training_loop.py and weights.py say."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nimble_package.mlops import training_loop, weights
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.files import load_json
from nimble_package.mlops.torch_settings import Schedule
from nimble_package.mlops.training_loop import (
    Shuffled,
    TrainingRun,
    best_epoch,
    count_batches,
    fit,
    split_batches,
)
from nimble_package.mlops.weights import Row, copy_weights, export_onnx, save_model

SCHEDULE = Schedule(epochs=6, batch_size=16, learning_rate=0.02, patience=6)
CPU = torch.device("cpu")


def make_data(scale: float = 1.0) -> tuple[Tensor, Tensor]:
    """Three clouds of points in eight dimensions."""
    generator = torch.Generator().manual_seed(0)
    targets = torch.arange(96) % 3
    inputs = torch.randn(96, 8, generator=generator) * scale + 2 * targets[:, None]
    return inputs, targets


def make_network(seed: int = 0) -> nn.Module:
    training_loop.seed_everything(seed)
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))


def train(
    model: nn.Module,
    data: tuple[Tensor, Tensor] | None = None,
    schedule: Schedule = SCHEDULE,
    seed: int = 0,
    checkpoint: Path | None = None,
    resume: bool = False,
    valid_targets: Tensor | None = None,
    interrupt_after: int = 0,
) -> list[Row]:
    """Trains and validates on the same inputs."""
    inputs, targets = data or make_data()
    expected = targets if valid_targets is None else valid_targets

    def validate(model: nn.Module) -> Row:
        return {"loss": float(cross_entropy(model(inputs), expected))}

    def interrupt(row: Row) -> None:
        if row["epoch"] == interrupt_after:
            raise KeyboardInterrupt

    batches = Shuffled((inputs, targets), schedule.batch_size)
    run = TrainingRun(schedule, CPU, seed, checkpoint, resume)
    return fit(model, batches, validate, cross_entropy, run, interrupt)


def have_same_weights(left: nn.Module, right: nn.Module) -> bool:
    pairs = zip(left.state_dict().values(), right.state_dict().values(), strict=True)
    return all(torch.equal(one, other) for one, other in pairs)


def test_the_model_can_memorise_one_batch() -> None:
    inputs, targets = make_data()
    batch = (inputs[:16], targets[:16])
    model = make_network()
    train(model, batch, Schedule(epochs=80, batch_size=16, learning_rate=0.02, patience=80))
    assert torch.equal(model(batch[0]).argmax(1), batch[1])


def test_the_loss_falls() -> None:
    rows = train(make_network())
    losses = [row["train_loss"] for row in rows]
    assert losses[-1] < 0.7 * losses[0]


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    first, second, third = make_network(), make_network(), make_network()
    assert train(first) == train(second)
    train(third, seed=1)
    assert have_same_weights(first, second)
    assert not have_same_weights(first, third)


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    uninterrupted = make_network()
    rows = train(uninterrupted)
    with pytest.raises(KeyboardInterrupt):
        train(make_network(), checkpoint=path, interrupt_after=3)
    resumed = make_network(seed=9)
    assert train(resumed, checkpoint=path, resume=True) == rows
    assert have_same_weights(uninterrupted, resumed)


def test_a_finished_run_is_resumed_to_the_same_outputs(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    finished, resumed = make_network(), make_network(seed=9)
    rows = train(finished, checkpoint=path)
    assert train(resumed, checkpoint=path, resume=True) == rows
    inputs, _ = make_data()
    assert torch.equal(finished(inputs), resumed(inputs))


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    train(make_network(), checkpoint=path)
    with pytest.raises(UserError, match="another shape"):
        train(nn.Linear(8, 3), checkpoint=path, resume=True)


def test_training_stops_early_and_keeps_the_best_weights() -> None:
    """The targets are random: the loss on other random targets soon rises."""
    generator = torch.Generator().manual_seed(1)
    inputs = torch.randn(48, 8, generator=generator)
    targets, other_targets = (torch.randint(3, (48,), generator=generator) for _ in range(2))
    model = make_network()
    schedule = Schedule(epochs=60, batch_size=16, learning_rate=0.05, patience=3)
    rows = train(model, (inputs, targets), schedule, valid_targets=other_targets)
    assert len(rows) == best_epoch(rows) + 1 + 3
    kept = float(cross_entropy(model(inputs), other_targets).detach())
    assert kept == min(row["valid_loss"] for row in rows)


def test_a_loss_that_is_not_a_number_stops_the_training_and_says_what_to_change() -> None:
    inputs, targets = make_data()
    inputs[5, 0] = float("nan")
    with pytest.raises(UserError, match=r"epoch 1 .*nan.*train\.learning_rate"):
        train(make_network(), (inputs, targets))


def test_long_gradients_are_clipped() -> None:
    model, before = make_network(), make_network()
    schedule = Schedule(epochs=1, batch_size=96, learning_rate=0.01, weight_decay=0, clip_norm=1e-9)
    train(model, make_data(scale=1000.0), schedule)
    pairs = zip(model.parameters(), before.parameters(), strict=True)
    changes = [float((new - old).detach().abs().max()) for new, old in pairs]
    assert max(changes) < 0.005  # AdamW alone would change every weight by the learning rate


def test_augmentation_gets_training_batches_only_and_repeats_by_seed() -> None:
    inputs, targets = make_data()

    def add_noise(batch: Tensor, generator: torch.Generator) -> Tensor:
        return batch + torch.rand(batch.shape, generator=generator)

    def draw(seed: int) -> list[Tensor]:
        batches = Shuffled((inputs, targets), 16, add_noise)
        return [first for first, _ in batches(torch.Generator().manual_seed(seed))]

    assert all(torch.equal(one, other) for one, other in zip(draw(1), draw(1), strict=True))
    assert not torch.equal(draw(1)[0], draw(2)[0])
    assert len(draw(1)) == len(Shuffled((inputs, targets), 16))


def test_the_learning_rate_warms_up_and_decays_to_zero() -> None:
    schedule = Schedule(learning_rate=1.0, warmup=0.1)
    rates = [schedule.rate(share / 100) for share in range(101)]
    assert rates[0] == 0
    assert rates[5] == pytest.approx(0.5)
    assert max(rates) == rates[10] == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[100] == pytest.approx(0.0)


def test_a_saved_model_gives_the_same_outputs(tmp_path: Path) -> None:
    inputs, _ = make_data()
    model = make_network().eval()
    save_model(model, tmp_path, {"labels": ["a", "ü"]})
    loaded = make_network(seed=5).eval()
    loaded.load_state_dict(load_file(tmp_path / "model.safetensors"))
    assert torch.equal(model(inputs), loaded(inputs))
    assert load_json(tmp_path / "model.json") == {"labels": ["a", "ü"]}


def test_onnx_takes_any_number_of_rows(tmp_path: Path) -> None:
    import onnxruntime

    path = tmp_path / "model.onnx"
    inputs, _ = make_data()
    model = make_network().eval()
    export_onnx(model, (inputs,), path, ["features"], "logits")
    session = onnxruntime.InferenceSession(path)
    found = session.run(["logits"], {"features": inputs[:1].numpy()})[0]
    torch.testing.assert_close(torch.from_numpy(found), model(inputs[:1]), atol=1e-4, rtol=0)


def test_an_onnx_file_that_disagrees_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, _ = make_data()
    model = make_network().eval()
    expected = model(inputs).detach()
    fake_session = SimpleNamespace(run=lambda *_: [(expected + 0.01).numpy()])
    monkeypatch.setattr(weights, "open_session", lambda _: fake_session)
    path = tmp_path / "model.onnx"
    with pytest.raises(UserError, match=r"differs by 0\.01 from the model.*onnx_tolerance"):
        export_onnx(model, (inputs,), path, ["x"], "y")
    export_onnx(model, (inputs,), path, ["x"], "y", tolerance=0.02)


def test_a_device_is_found_and_can_be_named() -> None:
    assert training_loop.pick_device("cpu").type == "cpu"
    assert training_loop.pick_device("auto").type in {"cpu", "cuda", "mps"}


def test_weights_are_copied_and_not_shared() -> None:
    model = make_network()
    copy = copy_weights(model)
    train(model)
    assert not torch.equal(copy["0.weight"], model.state_dict()["0.weight"])


def test_no_batch_has_a_single_row_unless_all_have() -> None:
    for count in range(1, 40):
        for size in (1, 2, 4, 16):
            batches = split_batches(torch.arange(count), size)
            sizes = [len(batch) for batch in batches]
            assert len(batches) == count_batches(count, size)
            assert torch.cat(batches).tolist() == list(range(count))
            assert min(sizes) > 1 or size == 1 or count == 1
            assert max(sizes) <= size + 1


def test_batch_normalisation_is_trained_when_one_row_is_left_over() -> None:
    inputs, targets = make_data()
    model = nn.Sequential(nn.Linear(8, 3), nn.BatchNorm1d(3))
    rows = train(model, (inputs[:17], targets[:17]))
    assert len(rows) == SCHEDULE.epochs


def test_a_network_that_is_partly_frozen_keeps_those_weights(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    model = make_network()
    frozen = model[0].requires_grad_(False).weight.clone()
    train(model, checkpoint=path)
    train(model, checkpoint=path, resume=True)
    assert torch.equal(model[0].weight, frozen)
    with pytest.raises(UserError, match="no weight to train"):
        train(model.requires_grad_(False))


def test_a_network_with_wrong_shapes_is_refused_with_the_right_ones() -> None:
    inputs, _ = make_data()
    training_loop.check_shapes(make_network(), inputs[:2], 3)
    with pytest.raises(UserError, match=r"returns \(2, 3\) .* logits of shape \(2, 5\)"):
        training_loop.check_shapes(make_network(), inputs[:2], 5)
    with pytest.raises(UserError, match=r"cannot take inputs of shape \(2, 7\).*change forward"):
        training_loop.check_shapes(make_network(), inputs[:2, :7], 3)
    with pytest.raises(UserError, match=r"index out of range.*change forward"):
        training_loop.check_shapes(nn.Embedding(4, 3), torch.tensor([4]), 3)


def test_weights_that_are_shared_or_transposed_are_saved(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8))
    model[1].weight = model[0].weight
    model.append(nn.Linear(8, 3))
    model[2].weight = nn.Parameter(torch.ones(8, 3).t())
    save_model(model, tmp_path, {})
    train(model, checkpoint=tmp_path / "checkpoint.safetensors")
    assert load_file(tmp_path / "model.safetensors")["2.weight"].shape == (3, 8)


def test_a_transformer_of_torch_is_exported(tmp_path: Path) -> None:
    inputs = torch.randn(4, 5, 8)
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    path = tmp_path / "model.onnx"
    export_onnx(nn.TransformerEncoder(layer, 1).eval(), (inputs,), path, ["x"], "y")
    assert path.is_file()
    assert torch.backends.mha.get_fastpath_enabled()


class Fickle(nn.Module):
    """Decides by the values of its inputs, which ONNX cannot."""

    def forward(self, x: Tensor) -> Tensor:
        """Returns one half of the inputs or the other."""
        return x[:, :4] if float(x.sum()) > 0 else x[:, 4:]


def test_a_network_that_cannot_be_exported_is_refused_in_one_line(tmp_path: Path) -> None:
    inputs, _ = make_data()
    with pytest.raises(UserError, match="cannot be exported to ONNX") as error:
        export_onnx(Fickle(), (inputs,), tmp_path / "model.onnx", ["x"], "y")
    assert "\n" not in str(error.value)


def test_balanced_class_weights_are_those_of_scikit_learn() -> None:
    labels = torch.tensor([0] * 8 + [1] * 2)
    logits = torch.tensor([[1.0, 0.0]] * 10)
    plain = training_loop.make_loss(Schedule(), labels, 2)
    balanced = training_loop.make_loss(Schedule(class_weight="balanced"), labels, 2)
    assert plain(logits, labels) == nn.functional.cross_entropy(logits, labels)
    weights = torch.tensor([10 / (2 * 8), 10 / (2 * 2)])
    expected = nn.functional.cross_entropy(logits, labels, weights)
    assert float(balanced(logits, labels)) == pytest.approx(float(expected))
    absent = training_loop.make_loss(Schedule(class_weight="balanced"), labels, 3)
    assert torch.isfinite(absent(torch.zeros(10, 3), labels))
