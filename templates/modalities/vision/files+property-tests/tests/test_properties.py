"""What holds for every image, tried on made-up ones; the same ones every time."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from nimble_package import config, data, images, model, predict
from nimble_package.mlops.onnx_model import open_session
from nimble_package.mlops.weights import export_onnx, load_checkpoint, save_checkpoint

steady = settings(max_examples=30, deadline=None, derandomize=True, database=None)

SIDES = st.integers(8, 20)


def picture(seed: int, *shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


PICTURES = st.builds(picture, st.integers(0, 99), SIDES, SIDES, st.sampled_from([1, 3]))


@steady
@given(PICTURES)
def test_pixels_come_back_from_a_file(
    tmp_path_factory: pytest.TempPathFactory, pixels: NDArray[np.uint8]
) -> None:
    path = tmp_path_factory.getbasetemp() / "picture.png"
    Image.fromarray(pixels.squeeze()).save(path)
    high, wide, channels = pixels.shape
    how = config.Data(size=(high, wide), channels=channels)  # type: ignore[arg-type]
    np.testing.assert_array_equal(images.read("picture", path, how), pixels)


@steady
@given(PICTURES, SIDES, SIDES, st.sampled_from([1, 3]))
def test_adapting_gives_the_shape_that_is_asked_for(
    pixels: NDArray[np.uint8], high: int, wide: int, channels: Any
) -> None:
    how = config.Data(size=(high, wide), channels=channels, adapt=True)
    found = images.read("picture", Image.fromarray(pixels.squeeze()), how)
    assert found.shape == (high, wide, channels)
    assert found.dtype == np.uint8


@steady
@given(PICTURES)
def test_input_is_within_0_and_1_and_keeps_every_pixel(pixels: NDArray[np.uint8]) -> None:
    x = model.to_input(torch.from_numpy(pixels[None]))
    assert x.shape == (1, pixels.shape[2], *pixels.shape[:2])
    assert 0 <= float(x.min()) <= float(x.max()) <= 1
    back = (x * 255).round().byte().permute(0, 2, 3, 1)[0].numpy()
    np.testing.assert_array_equal(back, pixels)


@steady
@given(PICTURES, st.integers(0, 9), st.floats(0, 30), st.floats(0, 0.3), st.booleans())
def test_augmentation_keeps_shape_and_range_and_repeats(
    pixels: NDArray[np.uint8], seed: int, turn: float, shift: float, mirror: bool
) -> None:
    change = model.Augmenter(config.Model(turn=turn, shift=shift, mirror=mirror))
    batch = torch.from_numpy(np.stack([pixels] * 3))
    one, two = (change(batch, torch.Generator().manual_seed(seed)) for _ in range(2))
    assert one.shape == (3, pixels.shape[2], *pixels.shape[:2])
    assert one.isfinite().all()
    assert 0 <= float(one.min()) <= float(one.max()) <= 1
    assert torch.equal(one, two)


@steady
@given(st.integers(0, 99))
def test_augmentation_by_nothing_changes_nothing(seed: int) -> None:
    still = config.Model(turn=0, shift=0, zoom=0, light=0, mirror=False)
    batch = torch.from_numpy(picture(seed, 2, 9, 9, 1))
    found = model.Augmenter(still)(batch, torch.Generator().manual_seed(0))
    torch.testing.assert_close(found, model.to_input(batch), atol=1e-5, rtol=0)


def test_a_turn_by_90_degrees_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    most = config.Model(turn=90, shift=0, zoom=0, light=0, mirror=False)
    monkeypatch.setattr(torch, "rand", lambda size, **_: torch.ones(size))
    batch = torch.from_numpy(picture(0, 2, 9, 9, 3))
    found = model.Augmenter(most)(batch, torch.Generator())
    torch.testing.assert_close(found, model.to_input(batch).rot90(dims=(2, 3)), atol=1e-4, rtol=0)


@steady
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 12)), min_size=30, max_size=60),
    st.integers(0, 5),
)
def test_a_group_lies_in_one_split_whatever_the_order(
    pairs: list[tuple[str, int]], salt: int
) -> None:
    labels, groups = [label for label, _ in pairs], [str(group) for _, group in pairs]
    shares = {"train": 0.6, "valid": 0.2, "test": 0.2}
    homes = dict(zip(groups, data.assign(labels, groups, shares, salt), strict=True))
    found = data.assign(labels, groups, shares, salt)
    assert [homes[group] for group in groups] == list(found)
    back = data.assign(labels[::-1], groups[::-1], shares, salt)
    assert list(back[::-1]) == list(found)


@pytest.mark.usefixtures("trained")
@settings(steady, max_examples=20)
@given(st.integers(0, 999), st.integers(1, 6))
def test_any_image_gets_chances_and_the_same_ones_alone(seed: int, count: int) -> None:
    loaded = predict.load()
    batch = picture(seed, count, *loaded.shape.size, loaded.shape.channels)
    batch[0] = 255 * (seed % 2)  # all white, all black
    chances = predict.chances(loaded, batch)
    assert np.isfinite(chances).all()
    np.testing.assert_allclose(chances.sum(1), 1, atol=1e-5)
    alone = np.concatenate([predict.chances(loaded, one[None]) for one in batch])
    np.testing.assert_allclose(alone, chances, atol=1e-5)


@pytest.mark.parametrize(("channels", "side"), [(1, 8), (3, 17)])
def test_onnx_agrees_on_made_up_images(tmp_path: Path, channels: int, side: int) -> None:
    torch.manual_seed(0)
    seen = torch.from_numpy(picture(0, 12, side, side, channels))
    network = model.Classifier(4, seen, config.Model(width=4)).eval()
    path = tmp_path / "model.onnx"
    assert export_onnx(network, (seen[:2],), path, ["images"], "logits") < 1e-4
    session = open_session(path)
    for count in (1, 5, 33):
        batch = picture(count, count, side, side, channels)
        with torch.inference_mode():
            expected = network(torch.from_numpy(batch)).numpy()
        np.testing.assert_allclose(session.run(None, {"images": batch})[0], expected, atol=1e-4)


def test_a_checkpoint_brings_back_every_weight(tmp_path: Path) -> None:
    seen = torch.from_numpy(picture(0, 12, 8, 8, 1))

    def make(seed: int) -> tuple[model.Classifier, torch.optim.AdamW]:
        torch.manual_seed(seed)
        network = model.Classifier(3, seen, config.Model(width=4))
        return network, torch.optim.AdamW(network.parameters())

    one, adam = make(0)
    one(seen).square().sum().backward()  # also moves the running means of batch norm
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
