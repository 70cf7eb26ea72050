"""The network learns, is saved whole and agrees with its ONNX copy; augmentation does its job."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy

from churn import config, data, predict
from churn.audio import log_mel
from churn.augment import Augmentation
from churn.model import KeywordNet, NearestMean


@pytest.fixture(scope="module")
def batch(settings: config.Config, prepared: dict) -> tuple[torch.Tensor, torch.Tensor]:
    """Forty training clips as features, with their label numbers."""
    assert prepared
    clips = data.load(settings).train
    at = np.concatenate([np.flatnonzero(clips.labels == label)[:4] for label in range(10)])
    x = log_mel(clips.sound[at], settings.features)
    return torch.from_numpy(x), torch.from_numpy(clips.labels[at])


def network(settings: config.Config, x: torch.Tensor) -> KeywordNet:
    torch.manual_seed(0)
    return KeywordNet(10, settings.features.mels, settings.model).normalise(x)


def test_a_batch_is_learned_by_heart_and_the_loss_falls(
    settings: config.Config, batch: tuple[torch.Tensor, torch.Tensor]
) -> None:
    x, y = batch
    net, losses = network(settings, x), []
    adam = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(60):
        loss = cross_entropy(net(x), y)
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 < 1.5 < losses[0]
    assert (net(x).argmax(1) == y).all()


def test_every_weight_gets_a_finite_gradient(
    settings: config.Config, batch: tuple[torch.Tensor, torch.Tensor]
) -> None:
    net = network(settings, batch[0])
    cross_entropy(net(batch[0]), batch[1]).backward()
    for name, weight in net.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.isfinite().all(), name
        assert weight.grad.abs().sum() > 0, name


def test_silence_is_no_trouble(settings: config.Config) -> None:
    silence = torch.from_numpy(log_mel(np.zeros((4, 16000)), settings.features))
    assert network(settings, silence)(silence).isfinite().all()


@pytest.mark.usefixtures("trained")
def test_the_saved_weights_answer_as_the_onnx_model_does(
    batch: tuple[torch.Tensor, torch.Tensor],
) -> None:
    model = predict.load()
    card = json.loads(Path("models/current/model.json").read_text(encoding="utf-8"))
    assert card["labels"] == model.labels
    net = KeywordNet(len(card["labels"]), card["features"]["mels"], config.Model(**card["model"]))
    net.load_state_dict(load_file("models/current/model.safetensors"))
    with torch.inference_mode():
        chances = net.eval()(batch[0]).softmax(1).numpy()
    assert np.abs(chances - model(batch[0].numpy())).max() < 1e-5
    one_by_one = np.concatenate([model(x[None].numpy()) for x in batch[0][:5]])
    assert np.abs(one_by_one - chances[:5]).max() < 1e-5


@pytest.mark.usefixtures("trained")
def test_a_clip_gets_the_same_answer_from_its_file(
    settings: config.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    row = data.load(settings).test.rows[0]
    sound = data.sample(settings, 1)
    expected = predict.predict(predict.load(), sound)[0]
    assert predict.main([row["name"]]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["label"] == expected["label"]
    assert found["confidence"] == pytest.approx(expected["confidence"], abs=1e-3)
    assert sum(found["chances"].values()) == pytest.approx(1, abs=1e-3)


@pytest.mark.usefixtures("trained")
def test_a_file_without_sound_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert predict.main(["config.yaml"]) == 2
    assert '"config.yaml" cannot be read' in capsys.readouterr().err


@pytest.mark.usefixtures("trained")
def test_mistakes_can_be_played() -> None:
    text = Path("reports/plots/mistakes_held_out.html").read_text(encoding="utf-8")
    assert "clips were misheard" in text
    assert text.count("<audio controls") == text.count("data:audio/flac;base64,ZkxhQ") > 0


def test_the_baseline_finds_the_keyword_that_sounds_nearest(
    batch: tuple[torch.Tensor, torch.Tensor],
) -> None:
    x, y = (part.numpy() for part in batch)
    chances = NearestMean(x, y)(x)
    assert chances.sum(1) == pytest.approx(np.ones(len(x)))
    assert (chances.argmax(1) == y).mean() > 0.5
    louder = NearestMean(x, y)(x + 2)
    assert louder == pytest.approx(chances, abs=1e-4)


def only(**changes: object) -> config.Config:
    off = {"shift_ms": 0.0, "noise_db": (300.0, 300.0), "mask_frames": 0, "mask_mels": 0}
    return config.Config("test", augment=config.Augment(**{**off, **changes}))


def test_each_augmentation_changes_what_it_says(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    x, mean = batch[0], torch.full((40, 1), 7.0)

    def change(config: config.Config, seed: int = 0) -> torch.Tensor:
        return Augmentation(config, mean)(x, torch.Generator().manual_seed(seed))

    assert torch.allclose(change(only()), x)
    shifted = change(only(shift_ms=100.0))
    steps = [torch.roll(x, step, dims=2)[:, :, 5:-5] for step in range(-5, 6)]
    assert all(
        any(torch.allclose(shifted[i, :, 5:-5], step[i]) for step in steps) for i in range(len(x))
    )
    assert not torch.allclose(shifted, x)
    noisy = change(only(noise_db=(20.0, 20.0)))
    assert (noisy >= x - 1e-4).all()
    floor = (noisy.exp().mean((1, 2)) - x.exp().mean((1, 2))).log()
    assert floor == pytest.approx(x.amax((1, 2)) - 20 * np.log(10) / 10, abs=0.2)
    wiped = change(only(mask_mels=8)) == 7
    assert (wiped.all(2) == wiped.any(2)).all()
    assert 0 < wiped.any(2).sum(1).max() <= 8
    wiped = change(only(mask_frames=10)) == 7
    assert (wiped.all(1) == wiped.any(1)).all()
    assert 0 < wiped.any(1).sum(1).max() <= 10
    everything = config.Config("test")
    assert torch.equal(change(everything), change(everything))
    assert not torch.equal(change(everything), change(everything, seed=1))
