"""The network can learn, is saved whole, and predicts the same everywhere."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy

from nimble_package import config, data, fit, predict
from nimble_package.mlops import training_loop
from nimble_package.mlops.commands import predict as predict_command
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.evaluation import evaluate_examples
from nimble_package.mlops.files import load_json, save_json
from nimble_package.mlops.project import MODEL
from nimble_package.mlops.torch_settings import Schedule
from nimble_package.mlops.training_loop import Shuffled, TrainingRun
from nimble_package.model import Augmentation, Classifier, to_input


@pytest.fixture
def splits(settings: config.Config) -> data.Splits:
    """The prepared images."""
    return data.load(settings)


def load_network() -> Classifier:
    """The network of models/current, built from its model.json."""
    facts = load_json(MODEL / "model.json")
    shape = (2, *facts["data"]["size"], facts["data"]["channels"])
    blank = torch.zeros(shape, dtype=torch.uint8)
    network = Classifier(len(facts["classes"]), blank, config.Model(**facts["model"]))
    network.load_state_dict(load_file(MODEL / "model.safetensors"))
    return network.eval()


def test_the_network_can_memorise_one_batch(splits: data.Splits) -> None:
    images = torch.from_numpy(splits.train.images[:32])
    labels = torch.from_numpy(splits.train.labels[:32])
    training_loop.seed_everything(0)
    classes = len(splits.train.classes)
    network = Classifier(classes, images, config.Model(width=16, dropout=0))
    schedule = Schedule(epochs=40, learning_rate=0.01, patience=40)
    training_loop.fit(
        network,
        Shuffled((images, labels), 32),
        lambda network: {"loss": float(cross_entropy(network(images), labels))},
        cross_entropy,
        TrainingRun(schedule, torch.device("cpu"), seed=0),
    )
    assert torch.equal(network(images).argmax(1), labels)


def test_the_loss_falls_and_no_metric_is_missing(
    settings: config.Config, splits: data.Splits
) -> None:
    network, rows = fit.fit_network(settings, splits, seed=0)
    assert rows[-1]["train_loss"] < 0.8 * rows[0]["train_loss"]
    assert all(np.isfinite(value) for row in rows for value in row.values())
    y_prob = fit.predict_network(network, splits.valid)
    assert y_prob.sum(axis=1) == pytest.approx(1, abs=1e-5)


SHAPES = [((8, 8), 1, 10), ((17, 40), 3, 2), ((64, 64), 3, 5), ((3, 3), 1, 2)]


@pytest.mark.parametrize(("size", "channels", "classes"), SHAPES)
def test_the_network_takes_any_size_channels_and_number_of_classes(
    size: tuple[int, int], channels: int, classes: int
) -> None:
    images = torch.randint(256, (4, *size, channels), dtype=torch.uint8)
    network = Classifier(classes, images, config.Model(width=8))
    assert network(images).shape == (4, classes)


def augment(images: torch.Tensor, seed: int, **changes: float) -> torch.Tensor:
    """Augments with nothing but the given changes."""
    nothing = {"rotation": 0, "translation": 0, "scale": 0, "brightness": 0}
    settings = config.Model(**{**nothing, **changes})  # type: ignore[arg-type]  # bool or float
    return Augmentation(settings)(images, torch.Generator().manual_seed(seed))


def test_augmentation_changes_images_a_little_and_repeats_by_seed() -> None:
    images = torch.randint(256, (6, 16, 16, 3), dtype=torch.uint8)
    x = to_input(images)
    torch.testing.assert_close(augment(images, 0), x, atol=1e-5, rtol=0)
    changes = {"rotation": 20, "translation": 0.2, "scale": 0.2, "brightness": 0.2}
    for name, limit in changes.items():
        changed = augment(images, 0, **{name: limit})
        assert not torch.allclose(changed, x, atol=0.02), name
        assert 0 <= changed.min() <= changed.max() <= 1
    assert torch.equal(augment(images, 1, rotation=20), augment(images, 1, rotation=20))
    assert not torch.equal(augment(images, 1, rotation=20), augment(images, 2, rotation=20))


def test_a_horizontal_flip_mirrors_some_images_and_leaves_the_others() -> None:
    images = torch.randint(256, (6, 16, 16, 3), dtype=torch.uint8)
    x = to_input(images)
    flipped = augment(images, 0, horizontal_flip=True)
    for found, original in zip(flipped, x, strict=True):
        is_unchanged = torch.allclose(found, original, atol=1e-4)
        assert is_unchanged or torch.allclose(found, original.flip(2), atol=1e-4)
    assert not torch.allclose(flipped, x, atol=1e-4)


@pytest.mark.usefixtures("trained")
def test_saved_weights_and_onnx_agree_on_every_test_image(splits: data.Splits) -> None:
    images = data.inputs(splits.test)
    with torch.inference_mode():
        logits = load_network()(torch.from_numpy(splits.test.images))
    expected = logits.softmax(1).numpy()
    found = predict.outputs(predict.load(), images)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.usefixtures("trained")
def test_an_image_gets_the_same_prediction_alone_and_in_a_batch(splits: data.Splits) -> None:
    model = predict.load()
    images = data.inputs(splits.test)[:5]
    together = predict.predict(model, images)
    alone = [predict.predict(model, [image])[0] for image in images]
    assert [found["label"] for found in alone] == [found["label"] for found in together]
    for found in together:
        probabilities = found["probabilities"]
        assert found["label"] == max(probabilities, key=lambda label: probabilities[label])
        assert found["confidence"] == max(probabilities.values())


def save_image(path: Path, image: NDArray[np.uint8]) -> str:
    """Writes an image and returns its path."""
    Image.fromarray(image.squeeze()).save(path)
    return str(path)


@pytest.mark.usefixtures("trained")
def test_a_file_gets_the_prediction_of_its_pixels(
    splits: data.Splits, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = data.inputs(splits.test)[:2]
    files = [save_image(tmp_path / f"bild ü {i}.png", image) for i, image in enumerate(images)]
    assert predict_command.main(files) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    expected = predict.predict(predict.load(), images)
    assert [line["label"] for line in lines] == [found["label"] for found in expected]
    assert [line["input"] for line in lines] == files


@pytest.mark.usefixtures("trained")
def test_a_file_that_is_not_an_image_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.png").write_bytes(b"?")
    for file in (tmp_path / "broken.png", tmp_path / "missing.png"):
        assert predict_command.main([str(file)]) == 2
        assert file.name in capsys.readouterr().err


def test_the_network_is_no_worse_than_its_baseline(workspace: Path) -> None:
    longer = ["train.epochs=10", "model.width=16"]
    settings = config.load(workspace / "config.yaml", longer)
    splits = data.load(settings)
    labels = splits.valid.labels
    baseline_y_prob = fit.fit_baseline(settings, splits.train, splits.valid)
    network, _ = fit.fit_network(settings, splits, seed=0)
    y_prob = fit.predict_network(network, splits.valid)
    baseline_accuracy = (baseline_y_prob.argmax(axis=1) == labels).mean()
    assert (y_prob.argmax(axis=1) == labels).mean() >= baseline_accuracy


@pytest.mark.usefixtures("trained")
def test_a_model_of_other_labels_is_not_evaluated(
    settings: config.Config, splits: data.Splits, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    facts = load_json(folder / "model.json")
    save_json(folder / "model.json", {**facts, "classes": ["cat", "dog"]})
    with pytest.raises(UserError, match=r"cat.*train it again"):
        evaluate_examples(settings, folder, splits.test)
