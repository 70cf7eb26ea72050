"""What is particular to texts: reading, checking, splitting, hashing, learning."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy

from nimble_package import config, data, predict, train
from nimble_package.features import find_alike, hash_text, pad, words
from nimble_package.mlops import manifest
from nimble_package.mlops.settings import UserError
from nimble_package.model import Bags, TextNet, baseline, logits

HOW = config.Model(buckets=4096, width=16)


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def problems(path: Path, **columns: str) -> str:
    return "\n".join(data.check(config.Config("test", config.Data(source=str(path), **columns))))


GOOD = [f"{word} {number},{word}" for word in ("sun", "rain") for number in ("one", "two", "six")]


def test_no_object_and_no_near_duplicate_is_in_two_splits(settings: config.Config) -> None:
    """Compares every pair in full, which find_alike does not."""
    from sklearn.feature_extraction.text import CountVectorizer

    splits = data.load(settings)
    content = Path("data/raw/docstrings.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in content.split("\n")[:-1]]
    split_of = dict(zip(splits.texts, splits.splits.tolist(), strict=True))
    places: dict[str, set[str]] = {}
    for row in rows:
        places.setdefault(row["group"], set()).add(split_of[row["text"]])
    assert all(len(place) == 1 for place in places.values())
    pieces = CountVectorizer(analyzer="char", ngram_range=(5, 5), binary=True)
    found = pieces.fit_transform(" ".join(words(text)) for text in splits.texts).astype(np.float32)
    for seed in (0, 1):
        drawn = splits.redraw(seed).splits if seed else splits.splits
        for one, other in (("train", "valid"), ("train", "test"), ("valid", "test")):
            left, right = found[drawn == one], found[drawn == other]
            both = (left @ right.T).toarray()
            either = left.sum(axis=1).reshape(-1, 1) + right.sum(axis=1).reshape(1, -1) - both
            assert (both / either).max() < 0.85, (one, other)


def test_every_class_is_in_every_split_by_its_share(settings: config.Config) -> None:
    splits = data.load(settings)
    for index, name in enumerate(splits.classes):
        here = splits.splits[splits.labels == index]
        for split, share in data.SHARES.items():
            assert abs((here == split).mean() - share) < 0.1, (name, split)


def test_other_seeds_validate_on_other_texts_and_test_on_the_same(settings: config.Config) -> None:
    first, second = data.load(settings), data.load(settings).redraw(1)
    assert first.part("test")[0] == second.part("test")[0]
    assert first.part("valid")[0] != second.part("valid")[0]


def test_groups_and_similar_texts_are_found() -> None:
    texts = [
        "The cat sat on the mat today.",
        "The cat sat on the mat, today!",
        "A dog.",
        "Birds fly.",
    ]
    one, two, three, four = find_alike(texts, ["a", "b", "c", "c"])
    assert one == two
    assert three == four
    assert one != three


def test_how_much_alike_is_alike_is_asked_for() -> None:
    first = " ".join(f"word{chr(97 + i)}{chr(97 + i)}" for i in range(26))
    texts = [first, f"{first} and an end of its own"]
    assert len(set(find_alike(texts, share=0.7))) == 1
    assert len(set(find_alike(texts, share=1.0))) == 2


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["text,label", *GOOD, ",sun"], "line 8 has no text"),
        (["text,label", *GOOD, "wind,"], "line 8 has no label"),
        (["text,label", *GOOD, "Sun one!,rain"], 'line 8 is "rain", but'),
        (["text,label", *GOOD, "a, b,rain"], "line 8 has more cells"),
        (["text,label", *GOOD[:3]], "two are the least"),
        (["text,label", *GOOD, "snow,snow"], 'has 1 of "snow"'),
        (["text,lable", *GOOD], 'has no "label". Did you mean "lable"'),
        (["text,label", *GOOD, "s\ufffdn,sun"], "line 8 holds \ufffd"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    path = write(tmp_path / "texts.csv", *lines)
    said = problems(path)
    assert message in said
    assert str(path) in said


def test_a_good_file_has_no_problems_whatever_separates_its_cells(tmp_path: Path) -> None:
    assert problems(write(tmp_path / "texts.csv", "text,label", *GOOD)) == ""
    table = [line.replace(",", ";") for line in ("Frage,Thema", *GOOD)]
    assert problems(write(tmp_path / "a.csv", *table), text="Frage", label="Thema") == ""
    rows = [json.dumps(dict(zip(("text", "label"), row.split(","), strict=True))) for row in GOOD]
    assert problems(write(tmp_path / "texts.jsonl", *rows)) == ""


def test_another_encoding_or_broken_json_or_no_file_is_explained(tmp_path: Path) -> None:
    old = write(tmp_path / "old.csv", "text,label", "ja,a", "Äpfel,b", encoding="cp1252")
    assert "line 3 is not UTF-8" in problems(old)
    assert "line 2 cannot be read" in problems(
        write(tmp_path / "a.jsonl", '{"text": "a", "label": "b"}', "{")
    )
    assert "cannot be read: put it there" in problems(tmp_path / "none.csv")


def test_a_dataset_needs_its_commit() -> None:
    pytest.importorskip("datasets")
    assert "write hf:some/name@COMMIT" in problems(Path("hf:some/name"))


def test_a_dataset_in_a_folder_is_read(tmp_path: Path) -> None:
    datasets: Any = pytest.importorskip("datasets")
    names = datasets.ClassLabel(names=["rain", "sun"])
    table = datasets.Dataset.from_dict(
        {"text": [line.split(",")[0] for line in GOOD], "label": [1, 1, 1, 0, 0, 0]},
        features=datasets.Features(text=datasets.Value("string"), label=names),
    )
    datasets.DatasetDict({"train": table}).save_to_disk(tmp_path / "saved")
    rows, wrong = data.examine(config.Data(source=f"hf:{tmp_path / 'saved'}"), 0)
    assert not wrong
    assert [row["label"] for row in rows] == ["sun"] * 3 + ["rain"] * 3


def test_numbers_do_not_depend_on_the_process() -> None:
    """Python's own hash differs from one process to the next; ours may not."""
    code = "from nimble_package.features import *\n"
    code += "from nimble_package.config import Model\n"
    code += "print(hash_text('Größe ΩMEGA 東京タワー 42', Model()).tolist())"
    code += "; print(find_alike(['a b c d e f', 'A b c d e f', 'xyz']))"
    seeds = [{**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2")]
    runs = [
        subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
        for env in seeds
    ]
    assert runs[0].stdout == runs[1].stdout
    assert hash_text("sun", HOW).tolist() == [3832, 1992, 4065, 344]


def test_words_of_any_script() -> None:
    assert words("Straße, STRASSE") == ["strasse", "strasse"]
    assert words("Ωραία!") == words("ΩΡΑΊΑ")
    assert words("東京へ") == ["東", "京", "へ"]
    assert words("हिन्दी में") == ["हिन्दी", "में"]
    assert not words("?! …")


def test_one_batch_is_learned_by_heart(settings: config.Config) -> None:
    splits = data.load(settings)
    texts, labels = splits.part("train")
    some = np.linspace(0, len(texts) - 1, 32).astype(int)  # the texts lie in the order of labels
    rows, targets = [hash_text(texts[row], HOW) for row in some], torch.from_numpy(labels[some])
    assert len(targets.unique()) > 2
    torch.manual_seed(0)
    network = TextNet(len(splits.classes), replace(HOW, dropout=0.0))
    adam = torch.optim.AdamW(network.parameters(), lr=0.05)
    for _ in range(40):
        adam.zero_grad()
        loss = cross_entropy(network(torch.from_numpy(pad(rows))), targets)
        torch.autograd.backward(loss)
        adam.step()
    assert torch.equal(logits(network, rows).argmax(1), targets)


def test_the_loss_falls_and_the_model_beats_chance(settings: config.Config) -> None:
    splits = data.load(settings)
    _, rows, chances = train.train_network(settings, splits, 0)
    assert rows[-1]["train_loss"] < rows[0]["train_loss"]
    labels = splits.part("valid")[1]
    assert (chances.argmax(1) == labels).mean() > np.bincount(labels).max() / len(labels)


def test_every_text_of_an_epoch_comes_once() -> None:
    rows = [hash_text("word " * length, HOW) for length in range(1, 8)]
    batches = Bags(rows, torch.arange(7), 3)
    seen = [targets for _, targets in batches(torch.Generator().manual_seed(0))]
    assert len(seen) == len(batches) == 3
    assert sorted(torch.cat(seen).tolist()) == list(range(7))


def test_padding_changes_nothing() -> None:
    network = TextNet(3, HOW).eval()
    short, long = hash_text("a few words", HOW), hash_text("many more words than before", HOW)
    assert torch.allclose(logits(network, [short])[0], logits(network, [short, long])[0], atol=1e-6)


@pytest.mark.usefixtures("trained")
def test_saved_weights_and_onnx_answer_alike(settings: config.Config) -> None:
    texts = ["", "?!", "x", "word " * 3000, *data.sample(settings, 60)]
    model, folder = predict.load(), Path("models/current")
    card = manifest.load_json(folder / "model.json")
    network = TextNet(len(card["classes"]), config.Model(**card["model"]))
    network.load_state_dict(load_file(folder / "model.safetensors"))
    rows = [hash_text(text, model.how) for text in texts]
    expected = logits(network.eval(), rows).softmax(1).numpy()
    found = predict.chances(model, texts)
    assert np.isfinite(found).all()
    assert np.abs(found - expected).max() < 1e-5


@pytest.mark.usefixtures("trained")
def test_predict_takes_texts_and_files(
    tmp_path: Path, small: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    overrides = [part for line in small for part in ("--set", line)]
    path = write(tmp_path / "more.csv", "text,other", "the matrix,1", "a plot,2")
    assert predict.main(["an eigenvalue", str(path), *overrides]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["text"] for answer in answers] == ["an eigenvalue", "the matrix", "a plot"]
    assert predict.main([str(tmp_path / "none.csv"), *overrides]) == 2


def test_the_baseline_knows_what_it_has_seen() -> None:
    texts = ["red apple", "green apple", "fast car", "slow car"]
    chances = baseline(texts, np.array([0, 0, 1, 1]), ["apple", "car"])
    assert chances.argmax(1).tolist() == [0, 1]


def test_built_in_texts_are_written_once_and_guarded(settings: config.Config) -> None:
    path = Path("data/raw/docstrings.jsonl")
    data.prepare(settings)
    before = path.read_bytes()
    try:
        path.write_bytes(before + b"\n")
        assert "delete it to write it anew" in data.check(settings)[0]
    finally:
        path.write_bytes(before)
    assert not any(mark in before.decode() for mark in ("{'", "0x"))


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no \.csv, \.tsv, \.jsonl file"):
        data.prepare(config.Config("test", config.Data(source=str(tmp_path / "texts.xlsx"))))
