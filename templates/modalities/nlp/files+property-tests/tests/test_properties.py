"""Properties that hold for every text, tried on generated ones; the same ones every time."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nimble_package import config, features, model, predict
from nimble_package.mlops.nlp.near_duplicates import find_groups
from nimble_package.mlops.onnx_model import open_session
from nimble_package.mlops.weights import (
    export_onnx,
    load_checkpoint,
    save_checkpoint,
)

steady = settings(max_examples=40, deadline=None, derandomize=True, database=None)

TEXTS = st.one_of(st.text(max_size=60), st.text("abc ÄßЖ運賃 .!\n0123", max_size=60))
SETTINGS = st.builds(
    config.Model,
    num_embeddings=st.sampled_from([1, 7, 512]),
    ngram=st.integers(2, 6),
    max_length=st.just(40),
)


@steady
@given(TEXTS)
def test_words_hold_no_space_and_splitting_them_again_changes_nothing(text: str) -> None:
    words = features.split_words(text)
    assert all(word and not word.isspace() and " " not in word for word in words)
    assert features.split_words(" ".join(words)) == words


@steady
@given(st.text("abcdefgh xyz", max_size=40))
def test_case_and_punctuation_make_no_difference(text: str) -> None:
    words = features.split_words(text)
    assert features.split_words(text.upper()) == words
    assert features.split_words(text.replace(" ", ", ")) == words


@steady
@given(TEXTS, SETTINGS)
def test_ids_are_in_range_once_each_and_not_more_than_max_length(
    text: str, chosen: config.Model
) -> None:
    ids = features.hash_text(text, chosen)
    assert len(ids) == len(set(ids.tolist())) <= chosen.max_length
    assert ((ids >= 1) & (ids <= chosen.num_embeddings)).all()
    np.testing.assert_array_equal(ids, features.hash_text(text, chosen))


@steady
@given(TEXTS, TEXTS, SETTINGS)
def test_more_text_does_not_change_the_ids_of_the_start(
    text: str, more: str, chosen: config.Model
) -> None:
    longer = f"{text} . {more}"
    start = features.hash_text(text, chosen)
    ids = features.hash_text(longer, chosen)
    words = features.split_words(text)
    if features.split_words(longer)[: len(words)] == words:
        np.testing.assert_array_equal(start, ids[: len(start)])


@steady
@given(st.lists(TEXTS, max_size=6), SETTINGS)
def test_padding_adds_zeros_at_the_end_and_nothing_else(
    texts: list[str], chosen: config.Model
) -> None:
    rows = [features.hash_text(text, chosen) for text in texts]
    padded = features.pad(rows)
    assert padded.shape == (len(rows), max([1, *map(len, rows)]))
    for line, row in zip(padded, rows, strict=True):
        np.testing.assert_array_equal(line[: len(row)], row)
        assert not line[len(row) :].any()


@steady
@given(st.lists(TEXTS, max_size=8))
def test_equal_texts_are_near_duplicates_and_groups_stay_together(texts: list[str]) -> None:
    found = find_groups([*texts, *texts])
    assert found[: len(texts)] == found[len(texts) :]
    assert len(set(find_groups(texts, ["same"] * len(texts)))) <= 1


@pytest.mark.usefixtures("trained")
@settings(steady, max_examples=20)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_any_text_gets_probabilities_and_the_same_alone(texts: list[str]) -> None:
    loaded = predict.load()
    together = predict.outputs(loaded, texts)
    assert np.isfinite(together).all()
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
    alone = [predict.outputs(loaded, [text]) for text in texts]
    np.testing.assert_allclose(np.concatenate(alone), together, atol=1e-5)


def test_onnx_agrees_with_the_network_on_generated_ids(tmp_path: Path) -> None:
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    network = model.TextClassifier(5, config.Model(num_embeddings=300, embedding_dim=8)).eval()
    exported = model.ExportedClassifier(network)
    some = torch.from_numpy(features.pad([random.integers(1, 301, size) for size in (4, 9)]))
    path = tmp_path / "model.onnx"
    axes = [{0: "batch", 1: "length"}]
    export_onnx(exported, (some,), path, ["ids"], "probabilities", axes)
    session = open_session(path)
    for rows, length in [(1, 1), (1, 50), (7, 3), (64, 30)]:
        ids = random.integers(0, 301, (rows, length))
        with torch.inference_mode():
            expected = network(torch.from_numpy(ids)).softmax(1).numpy()
        found = session.run(None, {"ids": ids})[0]
        np.testing.assert_allclose(found, expected, atol=1e-5)


def make_network(seed: int) -> tuple[model.TextClassifier, torch.optim.AdamW]:
    torch.manual_seed(seed)
    network = model.TextClassifier(3, config.Model(num_embeddings=50, embedding_dim=4))
    return network, torch.optim.AdamW(network.parameters())


def test_a_checkpoint_restores_every_weight(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    saved, saved_optimizer = make_network(0)
    ids = torch.randint(1, 51, (8, 6))
    saved(ids).sum().backward()
    saved_optimizer.step()
    best = {name: tensor + 1 for name, tensor in saved.state_dict().items()}
    save_checkpoint(path, saved, saved_optimizer, [{"epoch": 1.0}], best)
    loaded, loaded_optimizer = make_network(1)
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
