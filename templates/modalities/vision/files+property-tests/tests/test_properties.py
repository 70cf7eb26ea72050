"""Properties that hold for every image, tried on generated ones; the same ones every time."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from nimble_package import config, model, predict
from nimble_package.mlops import splits
from nimble_package.mlops.onnx_model import open_session
from nimble_package.mlops.vision import image_files
from nimble_package.mlops.weights import (
    export_onnx,
    load_checkpoint,
    save_checkpoint,
)

steady = settings(max_examples=30, deadline=None, derandomize=True, database=None)

SIDES = st.integers(8, 20)
NO_CHANGE = {"rotation": 0, "translation": 0, "scale": 0, "brightness": 0}


def draw_pixels(seed: int, *shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


IMAGES = st.builds(draw_pixels, st.integers(0, 99), SIDES, SIDES, st.sampled_from([1, 3]))


@steady
@given(IMAGES)
def test_a_file_is_read_with_the_pixels_that_were_written(
    tmp_path_factory: pytest.TempPathFactory, pixels: NDArray[np.uint8]
) -> None:
    path = tmp_path_factory.getbasetemp() / "image.png"
    Image.fromarray(pixels.squeeze()).save(path)
    height, width, channels = pixels.shape
    wanted = config.Data(size=(height, width), channels=channels)  # type: ignore[arg-type]  # 1, 3
    np.testing.assert_array_equal(image_files.read("image", path, wanted), pixels)


@steady
@given(IMAGES, SIDES, SIDES, st.sampled_from([1, 3]))
def test_resizing_gives_the_configured_shape(
    pixels: NDArray[np.uint8], height: int, width: int, channels: Any
) -> None:
    wanted = config.Data(size=(height, width), channels=channels, resize=True)
    found = image_files.read("image", Image.fromarray(pixels.squeeze()), wanted)
    assert found.shape == (height, width, channels)
    assert found.dtype == np.uint8


@steady
@given(IMAGES)
def test_the_input_is_between_0_and_1_and_keeps_every_pixel(pixels: NDArray[np.uint8]) -> None:
    x = model.to_input(torch.from_numpy(pixels[None]))
    assert x.shape == (1, pixels.shape[2], *pixels.shape[:2])
    assert 0 <= float(x.min()) <= float(x.max()) <= 1
    restored = (x * 255).round().byte().permute(0, 2, 3, 1)
    np.testing.assert_array_equal(restored[0].numpy(), pixels)


@steady
@given(IMAGES, st.integers(0, 9), st.floats(0, 30), st.floats(0, 0.3), st.booleans())
def test_augmentation_keeps_shape_and_range_and_repeats_by_seed(
    pixels: NDArray[np.uint8], seed: int, rotation: float, translation: float, flip: bool
) -> None:
    changes = config.Model(rotation=rotation, translation=translation, horizontal_flip=flip)
    augment = model.Augmentation(changes)
    images = torch.from_numpy(np.stack([pixels] * 3))
    first = augment(images, torch.Generator().manual_seed(seed))
    second = augment(images, torch.Generator().manual_seed(seed))
    assert first.shape == (3, pixels.shape[2], *pixels.shape[:2])
    assert first.isfinite().all()
    assert 0 <= float(first.min()) <= float(first.max()) <= 1
    assert torch.equal(first, second)


@steady
@given(st.integers(0, 99))
def test_augmentation_by_nothing_changes_nothing(seed: int) -> None:
    augment = model.Augmentation(config.Model(**NO_CHANGE))
    images = torch.from_numpy(draw_pixels(seed, 2, 9, 9, 1))
    found = augment(images, torch.Generator().manual_seed(0))
    torch.testing.assert_close(found, model.to_input(images), atol=1e-5, rtol=0)


def test_a_rotation_by_90_degrees_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    augment = model.Augmentation(config.Model(**{**NO_CHANGE, "rotation": 90}))
    monkeypatch.setattr(torch, "rand", lambda size, **_: torch.ones(size))
    images = torch.from_numpy(draw_pixels(0, 2, 9, 9, 3))
    found = augment(images, torch.Generator())
    expected = model.to_input(images).rot90(dims=(2, 3))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


@steady
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 12)), min_size=30, max_size=60),
    st.integers(0, 5),
)
def test_a_group_is_in_one_split_whatever_the_order(
    pairs: list[tuple[str, int]], salt: int
) -> None:
    labels = [label for label, _ in pairs]
    groups = [str(group) for _, group in pairs]
    shares = {"train": 0.6, "valid": 0.2, "test": 0.2}
    forced = splits.find_forced(labels, groups, shares, salt)
    found = splits.assign(groups, shares, forced, salt).tolist()
    split_of_group = dict(zip(groups, found, strict=True))
    assert [split_of_group[group] for group in groups] == found
    forced_again = splits.find_forced(labels[::-1], groups[::-1], shares, salt)
    backwards = splits.assign(groups[::-1], shares, forced_again, salt).tolist()
    assert backwards[::-1] == found


@pytest.mark.usefixtures("trained")
@settings(steady, max_examples=20)
@given(st.integers(0, 999), st.integers(1, 6))
def test_any_image_gets_probabilities_and_the_same_alone(seed: int, count: int) -> None:
    loaded = predict.load()
    images = draw_pixels(seed, count, *loaded.data.size, loaded.data.channels)
    images[0] = 255 * (seed % 2)  # all white, all black
    together = predict.outputs(loaded, list(images))
    assert np.isfinite(together).all()
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
    alone = [predict.outputs(loaded, [image]) for image in images]
    np.testing.assert_allclose(np.concatenate(alone), together, atol=1e-5)


@pytest.mark.parametrize(("channels", "side"), [(1, 8), (3, 17)])
def test_onnx_agrees_with_the_network_on_generated_images(
    tmp_path: Path, channels: int, side: int
) -> None:
    torch.manual_seed(0)
    some = torch.from_numpy(draw_pixels(0, 12, side, side, channels))
    network = model.Classifier(4, some, config.Model(width=4)).eval()
    path = tmp_path / "model.onnx"
    export_onnx(network, (some[:2],), path, ["images"], "logits")
    session = open_session(path)
    for count in (1, 5, 33):
        images = draw_pixels(count, count, side, side, channels)
        with torch.inference_mode():
            expected = network(torch.from_numpy(images)).numpy()
        found = session.run(None, {"images": images})[0]
        np.testing.assert_allclose(found, expected, atol=1e-4)


def make_network(seed: int, images: torch.Tensor) -> tuple[model.Classifier, torch.optim.AdamW]:
    torch.manual_seed(seed)
    network = model.Classifier(3, images, config.Model(width=4))
    return network, torch.optim.AdamW(network.parameters())


def test_a_checkpoint_restores_every_weight(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    images = torch.from_numpy(draw_pixels(0, 12, 8, 8, 1))
    saved, saved_optimizer = make_network(0, images)
    saved(images).square().sum().backward()  # also changes the running means of batch norm
    saved_optimizer.step()
    best = {name: tensor + 1 for name, tensor in saved.state_dict().items()}
    save_checkpoint(path, saved, saved_optimizer, [{"epoch": 1.0}], best)
    loaded, loaded_optimizer = make_network(1, images)
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
