"""What holds for every clip, tried on made-up ones; the same ones every time."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nimble_package import audio, augment, config, data, model, predict
from nimble_package.mlops.onnx_model import open_session
from nimble_package.mlops.weights import export_onnx, load_checkpoint, save_checkpoint

steady = settings(max_examples=30, deadline=None, derandomize=True, database=None)

SMALL = config.Features(rate=4000, seconds=0.25, window_ms=32, hop_ms=20, mels=10)


def clip(seed: int, size: int, loud: float) -> NDArray[np.float32]:
    found = np.random.default_rng(seed).normal(0, loud, size).clip(-1, 1)
    return found.astype(np.float32)


CLIPS = st.builds(clip, st.integers(0, 99), st.integers(1, 3000), st.sampled_from([0.0, 1e-4, 0.3]))


@steady
@given(CLIPS)
def test_a_clip_is_cut_or_filled_to_its_length_and_loses_nothing_else(sound: Any) -> None:
    found = audio.fit(sound, SMALL)
    assert found.shape == (1000,)
    held = found.tobytes() in np.pad(sound, 1000).tobytes()
    assert held
    if len(sound) <= 1000:
        assert float(np.abs(found).sum()) == pytest.approx(float(np.abs(sound).sum()), rel=1e-5)
    np.testing.assert_array_equal(audio.fit(found, SMALL), found)


@steady
@given(CLIPS)
def test_log_mel_is_finite_and_never_below_silence(sound: Any) -> None:
    found = audio.log_mel(audio.fit(sound, SMALL)[None], SMALL)
    assert found.shape[:2] == (1, 10)
    assert np.isfinite(found).all()
    assert found.min() >= np.log(1e-4) - 1e-4


@steady
@given(CLIPS, st.sampled_from([2.0, 4.0]))
def test_louder_is_more_in_every_band_and_sign_makes_no_difference(
    sound: Any, times: float
) -> None:
    clip = audio.fit(sound, SMALL)[None]
    plain = audio.log_mel(clip, SMALL)
    assert (audio.log_mel(clip * times, SMALL) >= plain - 1e-4).all()
    assert (audio.log_mel(clip * times, SMALL) <= plain + 2 * np.log(times) + 1e-3).all()
    np.testing.assert_allclose(audio.log_mel(-clip, SMALL), plain, atol=1e-4)


@steady
@given(st.lists(CLIPS, min_size=1, max_size=4))
def test_a_batch_is_its_clips_one_by_one(sounds: list[Any]) -> None:
    clips = np.stack([audio.fit(sound, SMALL) for sound in sounds])
    alone = np.concatenate([audio.log_mel(one[None], SMALL) for one in clips])
    np.testing.assert_array_equal(audio.log_mel(clips, SMALL), alone)


@steady
@given(st.integers(1, 24), st.sampled_from([8000, 16000]))
def test_mel_bands_cover_the_spectrum_without_holes(mels: int, rate: int) -> None:
    bank = audio.mel_bank(rate, 512, mels)
    assert bank.shape == (mels, 257)
    assert ((bank >= 0) & (bank <= 1)).all()
    peaks = bank.argmax(1)
    assert (np.diff(peaks) > 0).all()
    assert (bank[:, peaks[0] : peaks[-1] + 1].sum(0) > 0).all()


@steady
@given(st.integers(0, 99))
def test_augmentation_keeps_the_shape_stays_finite_and_repeats(seed: int) -> None:
    mean = torch.zeros(10, 1)
    change = augment.Augmentation(replace(config.Config("t"), features=SMALL), mean)
    x = torch.from_numpy(np.stack([audio.log_mel(clip(seed, 1000, 0.1)[None], SMALL)[0]] * 3))
    one, two = (change(x, torch.Generator().manual_seed(seed)) for _ in range(2))
    assert one.shape == x.shape
    assert one.isfinite().all()
    assert torch.equal(one, two)


@steady
@given(
    st.lists(
        st.tuples(st.sampled_from(["yes", "no"]), st.integers(0, 9)), min_size=20, max_size=60
    ),
    st.integers(0, 5),
)
def test_speakers_are_split_into_all_or_none(pairs: list[tuple[str, int]], seed: int) -> None:
    rows = [{"label": label, "speaker": str(who)} for label, who in pairs]
    chosen = data.split_speakers(rows, seed)
    assert not chosen or set(chosen) == {row["speaker"] for row in rows}
    for split in ("train", "valid", "test") if chosen else ():
        held = {row["label"] for row in rows if chosen[row["speaker"]] == split}
        assert held == {row["label"] for row in rows}


@pytest.mark.usefixtures("trained")
@settings(steady, max_examples=20)
@given(st.lists(CLIPS, min_size=1, max_size=4))
def test_any_sound_gets_chances_and_the_same_ones_alone(sounds: list[Any]) -> None:
    loaded = predict.load()
    answers = predict.predict(loaded, sounds)
    for sound, answer in zip(sounds, answers, strict=True):
        assert sum(answer["chances"].values()) == pytest.approx(1, abs=1e-3)
        assert predict.predict(loaded, [sound])[0]["confidence"] == pytest.approx(
            answer["confidence"], abs=1e-3
        )


def make(seed: int, mels: int = 10) -> tuple[model.KeywordNet, torch.optim.AdamW]:
    torch.manual_seed(seed)
    network = model.KeywordNet(3, mels, config.Model(channels=8, blocks=2))
    return network, torch.optim.AdamW(network.parameters())


@pytest.mark.parametrize(("mels", "frames"), [(10, 12), (17, 31)])
def test_onnx_agrees_on_made_up_sound(tmp_path: Path, mels: int, frames: int) -> None:
    seen = torch.randn(8, mels, frames, generator=torch.Generator().manual_seed(0)) * 4 - 5
    network = make(0, mels)[0].normalise(seen).eval()
    path = tmp_path / "model.onnx"
    assert export_onnx(network, (seen[:2],), path, ["log_mel"], "logits") < 1e-4
    session = open_session(path)
    for count in (1, 5, 33):
        batch = torch.randn(count, mels, frames) * 4 - 5
        with torch.inference_mode():
            expected = network(batch).numpy()
        found = session.run(None, {"log_mel": batch.numpy()})[0]
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_checkpoint_brings_back_every_weight(tmp_path: Path) -> None:
    one, adam = make(0)
    one(torch.randn(4, 10, 12)).square().sum().backward()  # moves running means as well
    adam.step()
    best = {name: tensor + 1 for name, tensor in one.state_dict().items()}
    save_checkpoint(tmp_path / "c.safetensors", one, adam, [{"epoch": 1.0}], best)
    (two, other), rows = make(1), list[dict[str, float]]()
    found = load_checkpoint(tmp_path / "c.safetensors", two, other, rows)
    assert rows == [{"epoch": 1.0}]
    for name, tensor in one.state_dict().items():
        assert torch.equal(two.state_dict()[name], tensor), name
        assert torch.equal(found[name], best[name]), name
    kept, again = adam.state_dict()["state"], other.state_dict()["state"]
    assert all(torch.equal(again[at][key], kept[at][key]) for at in kept for key in kept[at])
