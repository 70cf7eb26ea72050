"""The network: it can learn, it is saved whole, and it answers the same everywhere."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy

from nimble_package import config, data, evaluate, fitting, predict
from nimble_package.mlops.loop import Shuffled, fit, seed_everything
from nimble_package.mlops.manifest import load_json, save_json
from nimble_package.mlops.schedule import Schedule
from nimble_package.mlops.settings import UserError
from nimble_package.model import Augmenter, Classifier, to_input

MODEL = Path("models/current")


def saved_network() -> Classifier:
    """The network as models/current has it, built from its card."""
    card = load_json(MODEL / "model.json")
    shape = (2, *card["data"]["size"], card["data"]["channels"])
    blank = torch.zeros(shape, dtype=torch.uint8)
    network = Classifier(len(card["classes"]), blank, config.Model(**card["model"]))
    network.load_state_dict(load_file(MODEL / "model.safetensors"))
    return network.eval()


def test_one_batch_is_learned_by_heart(settings: config.Config) -> None:
    part = data.load(settings).train
    x, y = torch.from_numpy(part.images[:32]), torch.from_numpy(part.labels[:32])
    seed_everything(0)
    network = Classifier(10, x, config.Model(width=16, dropout=0))
    fit(
        network,
        Shuffled((x, y), 32),
        lambda network: {"loss": float(cross_entropy(network(x), y))},
        loss=cross_entropy,
        schedule=Schedule(epochs=40, learning_rate=0.01, patience=40),
        device=torch.device("cpu"),
        seed=0,
    )
    assert torch.equal(network(x).argmax(1), y)


def test_the_loss_falls_and_no_figure_is_missing(settings: config.Config) -> None:
    _, rows, chances = fitting.fit_network(settings, data.load(settings), seed=0)
    assert rows[-1]["train_loss"] < 0.8 * rows[0]["train_loss"]
    assert all(np.isfinite(value) for row in rows for value in row.values())
    assert chances.sum(1) == pytest.approx(1, abs=1e-5)


SHAPES = [((8, 8), 1, 10), ((17, 40), 3, 2), ((64, 64), 3, 5), ((3, 3), 1, 2)]


@pytest.mark.parametrize(("size", "channels", "classes"), SHAPES)
def test_any_size_channels_and_number_of_classes_fit(
    size: tuple[int, int], channels: int, classes: int
) -> None:
    x = torch.randint(256, (4, *size, channels), dtype=torch.uint8)
    assert Classifier(classes, x, config.Model(width=8))(x).shape == (4, classes)


def test_augmentation_changes_images_a_little_and_repeats_by_seed() -> None:
    x = torch.randint(256, (6, 16, 16, 3), dtype=torch.uint8)

    def augment(seed: int, **by: float) -> torch.Tensor:
        how = config.Model(**{"turn": 0, "shift": 0, "zoom": 0, "light": 0, **by})  # type: ignore[arg-type]
        return Augmenter(how)(x, torch.Generator().manual_seed(seed))

    assert torch.allclose(augment(0), to_input(x), atol=1e-5)
    for change in ("turn", "shift", "zoom", "light"):
        changed = augment(0, **{change: 0.2 if change != "turn" else 20})
        assert not torch.allclose(changed, to_input(x), atol=0.02), change
        assert 0 <= changed.min() <= changed.max() <= 1
    mirrored = augment(0, mirror=True)
    either = [
        torch.allclose(m, o, atol=1e-4) or torch.allclose(m, o.flip(2), atol=1e-4)
        for m, o in zip(mirrored, to_input(x), strict=True)
    ]
    assert all(either)
    assert not torch.allclose(mirrored, to_input(x), atol=1e-4)
    assert torch.equal(augment(1, turn=20), augment(1, turn=20))
    assert not torch.equal(augment(1, turn=20), augment(2, turn=20))


@pytest.mark.usefixtures("trained")
def test_the_saved_weights_and_onnx_agree_on_every_test_image(settings: config.Config) -> None:
    batch = data.load(settings).test.images
    with torch.inference_mode():
        expected = saved_network()(torch.from_numpy(batch)).softmax(1).numpy()
    assert np.abs(predict.chances(predict.load(), batch) - expected).max() < 1e-5


@pytest.mark.usefixtures("trained")
def test_the_same_image_gets_the_same_answer_alone_and_in_a_batch(settings: config.Config) -> None:
    model, batch = predict.load(), data.sample(settings, 5)
    alone = [predict.predict(model, image[None])[0] for image in batch]
    together = predict.predict(model, batch)
    assert [one["label"] for one in alone] == [one["label"] for one in together]
    for one in together:
        assert one["label"] == max(one["chances"], key=one["chances"].__getitem__)
        assert one["confidence"] == max(one["chances"].values())


def as_file(path: Path, image: NDArray[np.uint8]) -> str:
    """Writes an image and says where it is."""
    Image.fromarray(image.squeeze()).save(path)
    return str(path)


@pytest.mark.usefixtures("trained")
def test_a_file_gets_the_answer_of_its_pixels(
    settings: config.Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = data.sample(settings, 2)
    files = [as_file(tmp_path / f"bild ü {i}.png", image) for i, image in enumerate(batch)]
    assert predict.main(files) == 0
    lines = capsys.readouterr().out.splitlines()
    for line, answer in zip(lines, predict.predict(predict.load(), batch), strict=True):
        assert f'"label": "{answer["label"]}"' in line
        assert "bild ü" in line


@pytest.mark.usefixtures("trained")
def test_a_file_that_is_no_such_image_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.png").write_bytes(b"?")
    for file in (tmp_path / "broken.png", tmp_path / "missing.png"):
        assert predict.main([str(file)]) == 2
        assert file.name in capsys.readouterr().err


def test_the_network_is_no_worse_than_its_baseline(room: Path, small: list[str]) -> None:
    longer = ["train.epochs=10", "model.width=16"]
    settings = config.load(room / "config.yaml", [*small, *longer])
    splits = data.load(settings)
    truth, baseline = splits.valid.labels, fitting.fit_baseline(splits)
    _, _, network = fitting.fit_network(settings, splits, seed=0)
    assert (network.argmax(1) == truth).mean() >= (baseline.argmax(1) == truth).mean()


@pytest.mark.usefixtures("trained")
def test_evaluation_refuses_a_model_of_other_labels(settings: config.Config) -> None:
    card = load_json(MODEL / "model.json")
    try:
        save_json(MODEL / "model.json", {**card, "classes": ["cat", "dog"]})
        with pytest.raises(UserError, match=r"cat.*train it again"):
            evaluate.evaluate(settings)
    finally:
        save_json(MODEL / "model.json", card)
