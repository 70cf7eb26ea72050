"""The network can learn, is saved whole and agrees with ONNX; each augmentation does its part."""

import json
from pathlib import Path

import numpy as np
import pytest
import small_data
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import cross_entropy

from nimble_package import config, data, predict
from nimble_package.augmentation import Augmentation
from nimble_package.features import log_mel
from nimble_package.mlops.commands import predict as predict_command
from nimble_package.mlops.files import load_json
from nimble_package.mlops.project import MODEL
from nimble_package.model import KeywordNet, NearestMean

Batch = tuple[Tensor, Tensor]
LABELS = len(small_data.KEYWORDS)


@pytest.fixture
def batch(settings: config.Config) -> Batch:
    """The spectrograms (40, mels, frames) of forty training clips, and their labels (40,)."""
    examples = data.load(settings).train
    of_each = [np.flatnonzero(examples.labels == label)[:8] for label in range(LABELS)]
    places = np.concatenate(of_each)
    x = log_mel(examples.clips[places], settings.features)
    return torch.from_numpy(x), torch.from_numpy(examples.labels[places])


def make_network(settings: config.Config, x: Tensor) -> KeywordNet:
    """An untrained network, the same every time."""
    torch.manual_seed(0)
    return KeywordNet(LABELS, x, settings.model)


def test_the_network_memorises_one_batch_and_the_loss_falls(
    settings: config.Config, batch: Batch
) -> None:
    x, y = batch
    network = make_network(settings, x)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    losses = []
    for _ in range(60):
        loss = cross_entropy(network(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 < 1.5 < losses[0]
    assert torch.equal(network(x).argmax(1), y)


def test_every_weight_gets_a_finite_gradient(settings: config.Config, batch: Batch) -> None:
    x, y = batch
    network = make_network(settings, x)
    cross_entropy(network(x), y).backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.isfinite().all(), name
        assert weight.grad.abs().sum() > 0, name


def test_the_logits_of_silence_are_finite(settings: config.Config) -> None:
    silence = torch.from_numpy(log_mel(np.zeros((4, 16000)), settings.features))
    network = make_network(settings, silence)
    assert network(silence).isfinite().all()


@pytest.mark.usefixtures("trained")
def test_saved_weights_and_onnx_give_the_same_probabilities(batch: Batch) -> None:
    x, _ = batch
    model = predict.load()
    facts = load_json(MODEL / "model.json")
    assert facts["labels"] == model.labels
    assert config.Features(**facts["features"]) == model.features
    blank = torch.zeros_like(x)
    network = KeywordNet(len(facts["labels"]), blank, config.Model(**facts["model"]))
    network.load_state_dict(load_file(MODEL / "model.safetensors"))
    with torch.inference_mode():
        expected = network.eval()(x).softmax(1).numpy()
    spectrograms = x.numpy()
    together = model.session.run(None, {"log_mel": spectrograms})[0]
    np.testing.assert_allclose(together, expected, atol=1e-5)
    for row in range(5):
        alone = model.session.run(None, {"log_mel": spectrograms[[row]]})[0]
        np.testing.assert_allclose(alone, expected[[row]], atol=1e-5)


@pytest.mark.usefixtures("trained")
def test_a_file_gets_the_prediction_of_its_clip(
    settings: config.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    test = data.load(settings).test
    clips = data.inputs(test)[:1]
    expected = predict.predict(predict.load(), clips)[0]
    assert predict_command.main([test.rows[0]["name"]]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["label"] == expected["label"]
    assert found["confidence"] == pytest.approx(expected["confidence"], abs=1e-3)
    assert sum(found["probabilities"].values()) == pytest.approx(1, abs=1e-3)


@pytest.mark.usefixtures("trained")
def test_a_file_without_audio_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert predict_command.main(["config.yaml"]) == 2
    assert '"config.yaml" cannot be read' in capsys.readouterr().err


@pytest.mark.usefixtures("trained")
def test_the_page_of_mistakes_has_a_player_for_each_of_them() -> None:
    page = Path("reports/plots/mistakes_held_out.html").read_text(encoding="utf-8")
    assert "clips got the wrong keyword" in page
    players = page.count("<audio controls")
    assert players == page.count("data:audio/flac;base64,ZkxhQ") > 0  # "fLaC" in base64


def test_the_baseline_predicts_the_nearest_keyword_at_any_loudness(batch: Batch) -> None:
    x, y = (tensor.numpy() for tensor in batch)
    baseline = NearestMean(x, y)
    y_prob = baseline.predict_proba(x)
    assert y_prob.sum(axis=1) == pytest.approx(np.ones(len(x)))
    assert (y_prob.argmax(axis=1) == y).mean() > 0.5
    assert baseline.predict_proba(x + 2) == pytest.approx(y_prob, abs=1e-4)


MASKED = 7.0  # no spectrogram has this value


def augment(x: Tensor, seed: int = 0, **changes: object) -> Tensor:
    """Augments with nothing but the given changes."""
    nothing = {"shift_ms": 0.0, "noise_db": (300.0, 300.0), "time_mask": 0, "mel_mask": 0}
    settings = config.Augment(**{**nothing, **changes})  # type: ignore[arg-type]  # mixed types
    return augment_with(config.Config("test", augment=settings), x, seed)


def augment_with(settings: config.Config, x: Tensor, seed: int) -> Tensor:
    mean = torch.full((x.shape[1], 1), MASKED)
    return Augmentation(settings, mean)(x, torch.Generator().manual_seed(seed))


def test_without_any_change_the_augmentation_returns_its_input(batch: Batch) -> None:
    x, _ = batch
    assert torch.allclose(augment(x), x)


def test_a_shift_moves_each_clip_by_whole_frames_within_the_limit(batch: Batch) -> None:
    x, _ = batch
    shifted = augment(x, shift_ms=100.0)
    assert not torch.allclose(shifted, x)
    for found, original in zip(shifted, x, strict=True):
        moved = [torch.roll(original, frames, dims=1) for frames in range(-5, 6)]
        assert any(torch.allclose(found[:, 5:-5], one[:, 5:-5]) for one in moved)


def test_noise_has_the_wanted_distance_from_the_loudest_band(batch: Batch) -> None:
    x, _ = batch
    noisy = augment(x, noise_db=(20.0, 20.0))
    assert (noisy >= x - 1e-4).all()
    added = noisy.exp().mean((1, 2)) - x.exp().mean((1, 2))
    expected = x.amax((1, 2)) - 20 * np.log(10) / 10
    assert added.log() == pytest.approx(expected, abs=0.2)


def test_a_mel_mask_replaces_whole_bands_and_a_time_mask_whole_frames(batch: Batch) -> None:
    x, _ = batch
    is_masked = augment(x, mel_mask=8) == MASKED
    assert torch.equal(is_masked.all(2), is_masked.any(2))
    assert 0 < is_masked.any(2).sum(1).max() <= 8
    is_masked = augment(x, time_mask=10) == MASKED
    assert torch.equal(is_masked.all(1), is_masked.any(1))
    assert 0 < is_masked.any(1).sum(1).max() <= 10


def test_the_augmentation_repeats_by_its_seed(batch: Batch) -> None:
    x, _ = batch
    settings = config.Config("test")
    assert torch.equal(augment_with(settings, x, 0), augment_with(settings, x, 0))
    assert not torch.equal(augment_with(settings, x, 0), augment_with(settings, x, 1))
