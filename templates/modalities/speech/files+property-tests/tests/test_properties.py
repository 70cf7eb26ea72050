"""Properties that hold for every clip, tried on generated ones; the same ones every time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nimble_package import augmentation, config, model, predict
from nimble_package.features import fit_length, log_mel
from nimble_package.mlops import splits
from nimble_package.mlops.onnx_model import open_session
from nimble_package.mlops.speech.collect import SHARES
from nimble_package.mlops.speech.mel import mel_filters
from nimble_package.mlops.weights import (
    export_onnx,
    load_checkpoint,
    save_checkpoint,
)

Clip = NDArray[np.float32]

steady = settings(max_examples=30, deadline=None, derandomize=True, database=None)

SMALL = config.Features(sample_rate=4000, seconds=0.25, window_ms=32, hop_ms=20, n_mels=10)


def make_clip(seed: int, size: int, scale: float) -> Clip:
    samples = np.random.default_rng(seed).normal(0, scale, size)
    return samples.clip(-1, 1).astype(np.float32)


SEEDS = st.integers(0, 99)
CLIPS = st.builds(make_clip, SEEDS, st.integers(1, 3000), st.sampled_from([0.0, 1e-4, 0.3]))


@steady
@given(CLIPS)
def test_a_clip_is_cut_or_padded_and_a_short_one_loses_nothing(clip: Clip) -> None:
    found = fit_length(clip, SMALL)
    assert found.shape == (1000,)
    padded = np.pad(clip, 1000)
    assert found.tobytes() in padded.tobytes()
    if len(clip) <= 1000:
        assert float(np.abs(found).sum()) == pytest.approx(float(np.abs(clip).sum()), rel=1e-5)
    np.testing.assert_array_equal(fit_length(found, SMALL), found)


@steady
@given(CLIPS)
def test_log_mel_is_finite_and_never_below_that_of_silence(clip: Clip) -> None:
    found = log_mel(fit_length(clip, SMALL)[np.newaxis], SMALL)
    assert found.shape[:2] == (1, 10)
    assert np.isfinite(found).all()
    assert found.min() >= np.log(1e-4) - 1e-4


@steady
@given(CLIPS, st.sampled_from([2.0, 4.0]))
def test_a_louder_clip_has_more_in_every_band_and_the_sign_makes_no_difference(
    clip: Clip, factor: float
) -> None:
    fitted = fit_length(clip, SMALL)[np.newaxis]
    original = log_mel(fitted, SMALL)
    louder = log_mel(fitted * factor, SMALL)
    assert (louder >= original - 1e-4).all()
    assert (louder <= original + 2 * np.log(factor) + 1e-3).all()
    np.testing.assert_allclose(log_mel(-fitted, SMALL), original, atol=1e-4)


@steady
@given(st.lists(CLIPS, min_size=1, max_size=4))
def test_the_log_mel_of_a_clip_does_not_depend_on_its_batch(drawn: list[Clip]) -> None:
    clips = np.stack([fit_length(clip, SMALL) for clip in drawn])
    alone = [log_mel(clip[np.newaxis], SMALL) for clip in clips]
    np.testing.assert_array_equal(log_mel(clips, SMALL), np.concatenate(alone))


@steady
@given(st.integers(1, 24), st.sampled_from([8000, 16000]))
def test_mel_filters_cover_the_spectrum_without_holes(n_mels: int, sample_rate: int) -> None:
    filters = mel_filters(sample_rate, 512, n_mels)
    assert filters.shape == (n_mels, 257)
    assert ((filters >= 0) & (filters <= 1)).all()
    peaks = filters.argmax(axis=1)
    assert (np.diff(peaks) > 0).all()
    between_peaks = filters[:, peaks[0] : peaks[-1] + 1]
    assert (between_peaks.sum(axis=0) > 0).all()


@steady
@given(SEEDS)
def test_augmentation_keeps_the_shape_is_finite_and_repeats_by_its_seed(seed: int) -> None:
    small = replace(config.Config("test"), features=SMALL)
    augment = augmentation.Augmentation(small, mean=torch.zeros(10, 1))
    spectrogram = log_mel(make_clip(seed, 1000, 0.1)[np.newaxis], SMALL)
    x = torch.from_numpy(spectrogram.repeat(3, axis=0))
    found = augment(x, torch.Generator().manual_seed(seed))
    again = augment(x, torch.Generator().manual_seed(seed))
    assert found.shape == x.shape
    assert found.isfinite().all()
    assert torch.equal(found, again)


@steady
@given(st.sets(st.text("abcäж", min_size=1), min_size=3, max_size=20), st.integers(0, 5))
def test_every_split_of_speakers_has_every_keyword(speakers: set[str], seed: int) -> None:
    pairs = [(label, speaker) for speaker in sorted(speakers) for label in ("yes", "no")]
    labels = [label for label, _ in pairs]
    groups = [speaker for _, speaker in pairs]
    forced = splits.find_forced(labels, groups, SHARES, seed)
    homes = splits.assign(groups, SHARES, forced, seed)
    assert splits.find_gaps(labels, homes, SHARES) == []
    assert len(set(zip(groups, homes.tolist(), strict=True))) == len(speakers)


@pytest.mark.usefixtures("trained")
@settings(steady, max_examples=20)
@given(st.lists(CLIPS, min_size=1, max_size=4))
def test_any_clip_gets_probabilities_and_the_same_alone(clips: list[Clip]) -> None:
    loaded = predict.load()
    together = predict.predict(loaded, clips)
    for clip, prediction in zip(clips, together, strict=True):
        assert sum(prediction["probabilities"].values()) == pytest.approx(1, abs=1e-3)
        alone = predict.predict(loaded, [clip])[0]
        assert alone["confidence"] == pytest.approx(prediction["confidence"], abs=1e-3)


def draw_spectrograms(seed: int, count: int, n_mels: int, frames: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, n_mels, frames, generator=generator) * 4 - 5


@pytest.mark.parametrize(("n_mels", "frames"), [(10, 12), (17, 31)])
def test_onnx_agrees_with_the_network_on_generated_spectrograms(
    tmp_path: Path, n_mels: int, frames: int
) -> None:
    torch.manual_seed(0)
    some = draw_spectrograms(0, 8, n_mels, frames)
    network = model.KeywordNet(3, some, config.Model(channels=8, blocks=2)).eval()
    path = tmp_path / "model.onnx"
    export_onnx(network, (some[:2],), path, ["log_mel"], "logits")
    session = open_session(path)
    for count in (1, 5, 33):
        batch = draw_spectrograms(count, count, n_mels, frames)
        with torch.inference_mode():
            expected = network(batch).numpy()
        found = session.run(None, {"log_mel": batch.numpy()})[0]
        np.testing.assert_allclose(found, expected, atol=1e-4)


def make_network(seed: int, x: torch.Tensor) -> tuple[model.KeywordNet, torch.optim.AdamW]:
    torch.manual_seed(seed)
    network = model.KeywordNet(3, x, config.Model(channels=8, blocks=2))
    return network, torch.optim.AdamW(network.parameters())


def test_a_checkpoint_restores_every_weight(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    x = draw_spectrograms(0, 4, 10, 12)
    saved, saved_optimizer = make_network(0, x)
    saved(x).square().sum().backward()  # also changes the running means of batch norm
    saved_optimizer.step()
    best = {name: tensor + 1 for name, tensor in saved.state_dict().items()}
    save_checkpoint(path, saved, saved_optimizer, [{"epoch": 1.0}], best)
    loaded, loaded_optimizer = make_network(1, x)
    rows: list[dict[str, float]] = []
    loaded_best = load_checkpoint(path, loaded, loaded_optimizer, rows)
    assert rows == [{"epoch": 1.0}]
    for name, tensor in saved.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor), name
        assert torch.equal(loaded_best[name], best[name]), name
    saved_state = saved_optimizer.state_dict()["state"]
    loaded_state = loaded_optimizer.state_dict()["state"]
    for number, tensors in saved_state.items():
        for key, tensor in tensors.items():
            assert torch.equal(loaded_state[number][key], tensor)
