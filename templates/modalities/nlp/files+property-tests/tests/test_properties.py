"""What holds for every text, tried on made-up ones; the same ones every time."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nimble_package import config, features, model, predict
from nimble_package.mlops.onnx_model import open_session
from nimble_package.mlops.weights import load_checkpoint, save_checkpoint

steady = settings(max_examples=40, deadline=None, derandomize=True, database=None)

TEXTS = st.one_of(st.text(max_size=60), st.text("abc ÄßЖ運賃 .!\n0123", max_size=60))
HOW = st.builds(
    config.Model, buckets=st.sampled_from([1, 7, 512]), piece=st.integers(2, 6), longest=st.just(40)
)


@steady
@given(TEXTS)
def test_words_hold_no_space_and_splitting_them_again_changes_nothing(text: str) -> None:
    found = features.words(text)
    assert all(word and not word.isspace() and " " not in word for word in found)
    assert features.words(" ".join(found)) == found


@steady
@given(st.text("abcdefgh xyz", max_size=40))
def test_case_and_signs_make_no_difference(text: str) -> None:
    assert features.words(text.upper()) == features.words(text)
    assert features.words(text.replace(" ", ", ")) == features.words(text)


@steady
@given(TEXTS, HOW)
def test_numbers_are_in_range_each_once_and_no_more_than_asked(
    text: str, how: config.Model
) -> None:
    found = features.hash_text(text, how)
    assert len(found) == len(set(found.tolist())) <= how.longest
    assert ((found >= 1) & (found <= how.buckets)).all()
    np.testing.assert_array_equal(found, features.hash_text(text, how))


@steady
@given(TEXTS, TEXTS, HOW)
def test_a_text_goes_on_without_changing_its_start(text: str, more: str, how: config.Model) -> None:
    first, whole = features.hash_text(text, how), features.hash_text(f"{text} . {more}", how)
    if features.words(f"{text} . {more}")[: len(features.words(text))] == features.words(text):
        np.testing.assert_array_equal(first, whole[: len(first)])


@steady
@given(st.lists(TEXTS, max_size=6), HOW)
def test_padding_adds_zeros_behind_and_nothing_else(texts: list[str], how: config.Model) -> None:
    rows = [features.hash_text(text, how) for text in texts]
    padded = features.pad(rows)
    assert padded.shape == (len(rows), max([1, *map(len, rows)]))
    for line, row in zip(padded, rows, strict=True):
        np.testing.assert_array_equal(line[: len(row)], row)
        assert not line[len(row) :].any()


@steady
@given(st.lists(TEXTS, max_size=8))
def test_equal_texts_are_alike_and_groups_hold_together(texts: list[str]) -> None:
    found = features.find_alike([*texts, *texts])
    assert found[: len(texts)] == found[len(texts) :]
    assert len(set(features.find_alike(texts, ["same"] * len(texts)))) <= 1


@pytest.mark.usefixtures("trained")
@settings(steady, max_examples=20)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_any_text_gets_chances_and_the_same_ones_alone(texts: list[str]) -> None:
    loaded = predict.load()
    chances = predict.chances(loaded, texts)
    assert np.isfinite(chances).all()
    np.testing.assert_allclose(chances.sum(1), 1, atol=1e-5)
    alone = np.concatenate([predict.chances(loaded, [text]) for text in texts])
    np.testing.assert_allclose(alone, chances, atol=1e-5)


def test_onnx_agrees_on_made_up_numbers(tmp_path: Path) -> None:
    torch.manual_seed(0)
    how, random = config.Model(buckets=300, width=8), np.random.default_rng(0)
    network = model.TextNet(5, how).eval()
    start = [random.integers(1, 301, size) for size in (4, 9)]
    model.save(tmp_path, network, {}, start)
    session = open_session(tmp_path / "model.onnx")
    for rows, length in [(1, 1), (1, 50), (7, 3), (64, 30)]:
        ids = random.integers(0, 301, (rows, length))
        with torch.inference_mode():
            expected = network(torch.from_numpy(ids)).softmax(1).numpy()
        np.testing.assert_allclose(session.run(None, {"ids": ids})[0], expected, atol=1e-5)


def test_a_checkpoint_brings_back_every_weight(tmp_path: Path) -> None:
    def make(seed: int) -> tuple[model.TextNet, torch.optim.AdamW]:
        torch.manual_seed(seed)
        network = model.TextNet(3, config.Model(buckets=50, width=4))
        return network, torch.optim.AdamW(network.parameters())

    (one, adam), ids = make(0), torch.randint(1, 51, (8, 6))
    one(ids).sum().backward()
    adam.step()
    best = {name: tensor + 1 for name, tensor in one.state_dict().items()}
    save_checkpoint(tmp_path / "c.safetensors", one, adam, [{"epoch": 1.0}], best)
    (two, other), rows = make(1), list[dict[str, float]]()
    found = load_checkpoint(tmp_path / "c.safetensors", two, other, rows)
    assert rows == [{"epoch": 1.0}]
    for name, tensor in one.state_dict().items():
        assert torch.equal(two.state_dict()[name], tensor)
        assert torch.equal(found[name], best[name])
    kept, again = adam.state_dict()["state"], other.state_dict()["state"]
    assert all(torch.equal(again[at][key], kept[at][key]) for at in kept for key in kept[at])
