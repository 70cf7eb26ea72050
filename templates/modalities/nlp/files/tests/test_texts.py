"""The texts are checked and split, hashed, learned and predicted as they should be."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy

from nimble_package import config, data, fit, predict
from nimble_package.features import hash_text, pad, split_words
from nimble_package.mlops.commands import predict as predict_command
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.files import load_json
from nimble_package.mlops.nlp import text_files
from nimble_package.mlops.nlp.collect import collect
from nimble_package.mlops.project import MODEL
from nimble_package.model import PaddedBatches, TextClassifier, make_baseline

SMALL = config.Model(num_embeddings=4096, embedding_dim=16)
GOOD = [f"{word} {number},{word}" for word in ("sun", "rain") for number in ("one", "two", "six")]


@pytest.fixture
def splits(settings: config.Config) -> data.Splits:
    """The prepared texts."""
    return data.load(settings)


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def check(path: Path, **columns: str) -> str:
    settings = config.Config("test", config.Data(source=str(path), **columns))
    return "\n".join(data.check(settings))


def test_no_author_is_in_two_splits(settings: config.Config, splits: data.Splits) -> None:
    split_of_text = {}
    for name in ("train", "valid", "test"):
        split_of_text.update(dict.fromkeys(getattr(splits, name).texts, name))
    splits_of_author: dict[str, set[str]] = {}
    for _, cells in text_files.read(settings.data.source):
        places = splits_of_author.setdefault(cells["author"], set())
        places.add(split_of_text[cells["letter"]])
    assert all(len(places) == 1 for places in splits_of_author.values())


@pytest.mark.parametrize("seed", [0, 1])
def test_no_near_duplicate_is_in_two_splits(splits: data.Splits, seed: int) -> None:
    """Compares every pair of texts in full, which find_groups does not."""
    from sklearn.feature_extraction.text import CountVectorizer

    drawn = data.draw_validation(splits, seed) if seed else splits
    vectorizer = CountVectorizer(analyzer="char", ngram_range=(5, 5), binary=True)
    texts = [*splits.train.texts, *splits.valid.texts, *splits.test.texts]
    vectorizer.fit(" ".join(split_words(text)) for text in texts)
    ngrams = {}
    for name in ("train", "valid", "test"):
        plain = [" ".join(split_words(text)) for text in getattr(drawn, name).texts]
        ngrams[name] = vectorizer.transform(plain).astype(np.float32)
    for one, other in (("train", "valid"), ("train", "test"), ("valid", "test")):
        left, right = ngrams[one], ngrams[other]
        both = (left @ right.T).toarray()
        either = left.sum(axis=1).reshape(-1, 1) + right.sum(axis=1).reshape(1, -1) - both
        assert (both / either).max() < 0.85, (one, other)


def test_every_split_has_every_label(splits: data.Splits) -> None:
    for examples in (splits.train, splits.valid, splits.test):
        assert set(examples.labels) == set(range(len(examples.classes)))


def test_another_seed_has_other_validation_texts_and_the_same_test_texts(
    splits: data.Splits,
) -> None:
    drawn = data.draw_validation(splits, seed=1)
    assert drawn.test.texts == splits.test.texts
    assert drawn.valid.texts != splits.valid.texts


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["text,label", *GOOD, ",sun"], "line 8 has no text"),
        (["text,label", *GOOD, "wind,"], "line 8 has no label"),
        (["text,label", *GOOD, "Sun one!,rain"], 'line 8 is "rain", but'),
        (["text,label", *GOOD, "a, b,rain"], "line 8 has more cells"),
        (["text,label", *GOOD[:3]], "at least 2 are required"),
        (["text,label", *GOOD, "snow,snow"], 'has 1 of "snow" in 1 groups'),
        (["text,lable", *GOOD], 'has no column "label". Did you mean "lable"'),
    ],
)
def test_a_row_that_cannot_be_used_is_named_by_file_and_line(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    path = write(tmp_path / "texts.csv", *lines)
    problems = check(path)
    assert message in problems
    assert str(path) in problems


def test_a_lost_letter_is_a_letter_that_is_named_once(tmp_path: Path) -> None:
    lines = ["text,label", *GOOD, "s\ufffdn,sun", "r\ufffd\ufffdn,rain"]
    path = write(tmp_path / "texts.csv", *lines)
    assert check(path) == ""
    found = collect(config.Data(source=str(path)))
    notes = [note for note in found.notes if "U+FFFD" in note]
    assert len(notes) == 1
    assert "in 2 of 8 texts" in notes[0]
    assert f'"{path}" line 8' in notes[0]


def test_a_good_file_has_no_problems_whatever_separates_its_cells(tmp_path: Path) -> None:
    assert check(write(tmp_path / "texts.csv", "text,label", *GOOD)) == ""
    table = [line.replace(",", ";") for line in ("Frage,Thema", *GOOD)]
    assert check(write(tmp_path / "a.csv", *table), text="Frage", label="Thema") == ""
    tabs = [line.replace(",", "\t") for line in ("text,label", *GOOD)]
    assert check(write(tmp_path / "texts.tsv", *tabs)) == ""
    rows = [json.dumps(dict(zip(("text", "label"), row.split(","), strict=True))) for row in GOOD]
    assert check(write(tmp_path / "texts.jsonl", *rows)) == ""


def test_another_encoding_broken_json_and_a_missing_file_are_explained(tmp_path: Path) -> None:
    old = write(tmp_path / "old.csv", "text,label", "ja,a", "Äpfel,b", encoding="cp1252")
    assert "line 3 is not UTF-8" in check(old)
    broken = write(tmp_path / "a.jsonl", '{"text": "a", "label": "b"}', "{")
    assert "line 2 cannot be read" in check(broken)
    assert "cannot be read: put it there" in check(tmp_path / "none.csv")


def test_a_dataset_without_its_commit_is_refused() -> None:
    pytest.importorskip("datasets")
    assert "write hf:some/name@COMMIT" in check(Path("hf:some/name"))


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    settings = config.Config("test", config.Data(source=str(tmp_path / "texts.xlsx")))
    with pytest.raises(UserError, match=r"is not a \.csv, \.tsv, \.jsonl file"):
        data.prepare(settings)


def test_ids_and_groups_do_not_depend_on_the_process() -> None:
    """Python's own hash differs from one process to the next; ours must not."""
    code = "from nimble_package.config import Model\n"
    code += "from nimble_package.features import hash_text\n"
    code += "from nimble_package.mlops.nlp.near_duplicates import find_groups\n"
    code += "print(hash_text('Größe ΩMEGA 東京タワー 42', Model()).tolist())\n"
    code += "print(find_groups(['a b c d e f', 'A b c d e f', 'xyz']))"
    command = [sys.executable, "-c", code]
    outputs = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run(command, env=environment, capture_output=True, check=True)
        outputs.append(run.stdout)
    assert outputs[0] == outputs[1]
    assert hash_text("sun", SMALL).tolist() == [3832, 1992, 4065, 344]


def test_words_of_any_script_are_found() -> None:
    assert split_words("Straße, STRASSE") == ["strasse", "strasse"]
    assert split_words("Ωραία!") == split_words("ΩΡΑΊΑ")
    assert split_words("東京へ") == ["東", "京", "へ"]
    assert split_words("हिन्दी में") == ["हिन्दी", "में"]
    assert not split_words("?! …")


def test_the_network_can_memorise_one_batch(splits: data.Splits) -> None:
    count = len(splits.train.texts)
    chosen = np.linspace(0, count - 1, 32).astype(int)  # the texts are in the order of labels
    rows = [hash_text(splits.train.texts[row], SMALL) for row in chosen]
    targets = torch.from_numpy(splits.train.labels[chosen])
    assert len(targets.unique()) > 2
    torch.manual_seed(0)
    network = TextClassifier(len(splits.train.classes), replace(SMALL, dropout=0.0))
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.05)
    ids = torch.from_numpy(pad(rows))
    for _ in range(40):
        optimizer.zero_grad()
        loss = cross_entropy(network(ids), targets)
        torch.autograd.backward(loss)
        optimizer.step()
    assert torch.equal(fit.compute_logits(network, rows).argmax(1), targets)


def test_the_loss_falls_and_the_network_beats_the_most_frequent_label(
    settings: config.Config, splits: data.Splits
) -> None:
    network, rows = fit.fit_network(settings, splits, seed=0)
    assert rows[-1]["train_loss"] < rows[0]["train_loss"]
    labels = splits.valid.labels
    y_prob = fit.predict_network(network, splits.valid.texts, settings)
    most_frequent = np.bincount(labels).max() / len(labels)
    assert (y_prob.argmax(axis=1) == labels).mean() > most_frequent


def test_every_text_comes_once_in_an_epoch() -> None:
    rows = [hash_text("word " * length, SMALL) for length in range(1, 9)]
    batches = PaddedBatches(rows, torch.arange(8), batch_size=3)
    found = [targets for _, targets in batches(torch.Generator().manual_seed(0))]
    assert len(found) == len(batches) == 3
    assert sorted(torch.cat(found).tolist()) == list(range(8))


def test_padding_does_not_change_the_logits() -> None:
    network = TextClassifier(3, SMALL).eval()
    short = hash_text("a few words", SMALL)
    long = hash_text("many more words than before", SMALL)
    alone = fit.compute_logits(network, [short])
    padded = fit.compute_logits(network, [short, long])
    torch.testing.assert_close(alone[0], padded[0], atol=1e-6, rtol=0)


@pytest.mark.usefixtures("trained")
def test_saved_weights_and_onnx_agree_on_texts_of_any_kind(splits: data.Splits) -> None:
    texts = ["", "?!", "x", "word " * 3000, *data.inputs(splits.test)[:60]]
    model = predict.load()
    facts = load_json(MODEL / "model.json")
    network = TextClassifier(len(facts["classes"]), config.Model(**facts["model"])).eval()
    network.load_state_dict(load_file(MODEL / "model.safetensors"))
    rows = [hash_text(text, model.settings) for text in texts]
    expected = fit.compute_logits(network, rows).softmax(1).numpy()
    found = predict.outputs(model, texts)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.usefixtures("trained")
def test_predict_takes_texts_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "more.csv", "letter,other", "the matrix,1", "a plot,2")
    assert predict_command.main(["an eigenvalue", str(path)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["input"] for line in lines] == ["an eigenvalue", "the matrix", "a plot"]
    assert predict_command.main([str(tmp_path / "none.csv")]) == 2


def test_the_baseline_predicts_what_it_was_fitted_on() -> None:
    texts = ["red apple", "green apple", "fast car", "slow car"]
    labels = np.array([0, 0, 1, 1])
    model = make_baseline().fit(texts, labels)
    assert model.predict(texts).tolist() == [0, 0, 1, 1]
