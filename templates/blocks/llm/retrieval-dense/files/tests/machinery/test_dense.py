"""Vectors find what words miss, an index belongs to its passages, a text is paid for once."""

import dataclasses
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_server
import numpy as np
import pytest

from nimble_package import bundle, train
from nimble_package.mlops.errors import UserError
from nimble_package.mlops.llm import retrieval, retrieval_metrics
from nimble_package.mlops.llm.embeddings import (
    find_embedding,
    hosted,
    index_file,
    lsa,
)
from nimble_package.mlops.llm.golden_set import Item
from nimble_package.mlops.llm.providers import call_log
from nimble_package.mlops.llm.providers.sdk import open_client
from nimble_package.mlops.llm.retrievers import dense, hybrid
from nimble_package.mlops.project import PREPARED
from nimble_package.project import PROJECT

PASSAGES = [
    retrieval.Passage("boats", "# Boats\n\nThe ferries sail at noon from the harbour."),
    retrieval.Passage("trains", "# Trains\n\nA locomotive pulls blue wagons."),
    retrieval.Passage("dogs", "# Dogs\n\nDogs stay on a lead in the aft lounge."),
]


@pytest.fixture
def splits(settings: Any, prepared: Any) -> Any:
    """The prepared questions."""
    assert prepared
    return PROJECT.load(settings, PREPARED)


def test_pieces_of_words_find_what_whole_words_miss() -> None:
    question = "ferryboats"  # no passage has that word
    assert retrieval.BM25(PASSAGES).search(question, 1) == []
    assert dense.build("lsa", PASSAGES[::-1], None).search(question, 1) == [PASSAGES[0]]


def test_rows_are_unit_vectors_and_a_text_without_words_is_zero() -> None:
    embedding = find_embedding("lsa")
    texts = [passage.text for passage in PASSAGES]
    fitted = embedding.fit("", texts)
    rows = embedding.vectors(fitted, [*texts, "§§ !!"], "document")
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1, 0], abs=1e-6)
    assert rows.dtype == np.float32


@pytest.mark.parametrize("features", [5, 99])  # fewer than texts, and more
def test_the_largest_directions_are_kept(monkeypatch: pytest.MonkeyPatch, features: int) -> None:
    texts = [f"{a} {b} sail" for a in ("red", "blue", "green") for b in ("boat", "ship", "raft")]
    monkeypatch.setattr(lsa, "MAX_FEATURES", features)
    for size in (99, 2):
        monkeypatch.setattr(lsa, "DIMENSIONS", size)
        fitted = lsa.fit("", texts)
        table = lsa.weigh_features(fitted, texts)
        rows = lsa.embed("", fitted, texts, "document")
        largest = np.linalg.svd(table, compute_uv=False)[:size]
        assert np.linalg.norm(rows) == pytest.approx(np.linalg.norm(largest), rel=1e-4)


def test_the_search_is_exact(splits: Any) -> None:
    passages = retrieval.cut_passages(splits.train.documents, 60)
    index = dense.build("lsa", passages, None)
    question = splits.train.items[0].question
    row = index.embedding.vectors(index.fitted, [question], "query")[0]
    slow = sorted(range(len(passages)), key=lambda at: -float(index.vectors[at] @ row))
    assert index.search(question, 5) == [passages[at] for at in slow[:5]]


def test_ranks_are_joined_as_the_formula_says() -> None:
    class Words:
        passages = PASSAGES

        def search(self, _: str, __: int) -> list[retrieval.Passage]:
            return [PASSAGES[2], PASSAGES[0]]

    class Vectors:
        def rank(self, _: str) -> list[int]:
            return [0, 1, 2]

    both = hybrid.Hybrid(Words(), Vectors())  # type: ignore[arg-type]  # fakes of the parts that search uses
    # boats 1/62 + 1/61, dogs 1/61 + 1/63, trains 1/62
    assert [passage.document for passage in both.search("?", 3)] == ["boats", "dogs", "trains"]


def test_an_index_is_data(tmp_path: Path) -> None:
    path = tmp_path / index_file.INDEX
    fresh = dense.build("lsa", PASSAGES, tmp_path)
    first = path.read_bytes()
    again = dense.build("lsa", PASSAGES, tmp_path)
    assert np.array_equal(again.vectors, fresh.vectors)
    assert again.search("ferryboats", 3) == fresh.search("ferryboats", 3)
    path.unlink()
    dense.build("lsa", PASSAGES, tmp_path)
    assert path.read_bytes() == first  # so its hash is its version
    assert first[28:30] == b"\0\0", "no extra field: what is in it moved in Python 3.11.4"
    with pytest.raises(UserError, match="other passages"):
        dense.build("lsa", PASSAGES[:2], tmp_path)
    path.write_bytes(first[: len(first) // 2])
    with pytest.raises(UserError, match="damaged"):
        dense.build("lsa", PASSAGES, tmp_path)


@pytest.mark.parametrize("way", ["dense:lsa", "hybrid:lsa"])
def test_a_chosen_index_is_saved_with_its_bundle(
    settings: Any, splits: Any, tmp_path: Path, way: str
) -> None:
    prompt = bundle.read_prompt(Path("prompts/grounded.md"))
    passages = retrieval.cut_passages(splits.train.documents, 60)
    chosen = bundle.Bundle(prompt, "stub:large", 60, 2, 200, passages, way)
    bundle.save(chosen, tmp_path)
    model = bundle.load(tmp_path, settings.runtime)
    assert (tmp_path / index_file.INDEX).is_file()
    question = splits.train.items[0].question
    assert bundle.load(tmp_path, settings.runtime).ask(question) == model.ask(question)
    other = dataclasses.replace(chosen, passages=passages[:3])
    bundle.save(other, tmp_path)  # the index of the bundle before does not stay
    assert bundle.load(tmp_path, settings.runtime).ask(question)["retrieved"]


def test_training_compares_ways_to_search(settings: Any, splits: Any) -> None:
    names = ("bm25", "dense:lsa", "hybrid:lsa")
    small = {"retrievers": names, "prompts": ("grounded",), "models": ("stub:large",)}
    wanted = dataclasses.replace(settings.model, **small)
    trials = train.try_bundles(dataclasses.replace(settings, model=wanted), splits.train)
    assert [trial.bundle.retriever for trial in trials] == list(names)
    assert all(trial.metrics["recall_at_k"] > 0.5 for trial in trials)


@pytest.mark.parametrize("name", ["bm26", "dens:lsa", "dense:lsb"])
def test_an_unknown_way_is_refused_by_name(name: str) -> None:
    wanted = f'"{name.removeprefix("dense:")}".*Did you mean'
    with pytest.raises(UserError, match=wanted) as error:
        retrieval.find_retriever(name)(PASSAGES, None)
    assert "index_file" not in str(error.value)  # a module next to them


def test_recall_and_mrr_can_be_checked_by_hand() -> None:
    class Fixed:
        def search(self, question: str, _: int) -> list[retrieval.Passage]:
            return [retrieval.Passage(name, "") for name in question.split()]

    items = [
        Item("1", "dev", "multi", "x a b", ("f",), ("a", "b")),
        Item("2", "dev", "answerable", "a x y", ("f",), ("a",)),
        Item("3", "dev", "answerable", "x y z", ("f",), ("a",)),
    ]
    found = retrieval_metrics.measure_recall(Fixed(), items, (1, 2, 3))
    expected = {"recall_at_1": 1 / 3, "recall_at_2": 0.5, "recall_at_3": 2 / 3, "mrr": 0.5}
    assert found == pytest.approx(expected)


def test_the_report_has_metrics_and_a_plot(prepared: Any) -> None:
    assert retrieval_metrics.main(["bm25", "dense:lsa"]) == 0
    report = json.loads(retrieval_metrics.REPORT.read_text(encoding="utf-8"))
    assert report["data"] == prepared["hash"]
    assert {row["retriever"] for row in report["rows"]} == {"bm25", "dense:lsa"}
    assert all(0 < row["mrr"] <= 1 for row in report["rows"])
    assert retrieval_metrics.PLOT.read_bytes().startswith(b"\x89PNG")


class Handler(fake_server.Handler):
    """Also serves embeddings: as many signs of a kind as a text has."""

    def do_POST(self) -> None:  # noqa: N802 - http.server calls this name
        if self.path != "/v1/embeddings":
            return super().do_POST()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append(body)
        order = self.server.script.pop(0) if self.server.script else "200"
        rows = [
            {
                "object": "embedding",
                "index": at,
                "embedding": [float(text.count(c)) for c in "abcdo"],
            }
            for at, text in enumerate(body["input"])
        ]
        usage = {"prompt_tokens": 7, "total_tokens": 7}
        reply = {"object": "list", "data": rows[::-1], "model": body["model"], "usage": usage}
        text = json.dumps(reply if order == "200" else {"error": {"message": "no"}}).encode()
        self.send_response(int(order))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        return None


@pytest.fixture
def server(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[fake_server.Server]:
    if not importlib.util.find_spec("openai"):
        pytest.skip("the openai SDK is not installed: uv sync --extra openai")
    monkeypatch.setattr(hosted, "STORE", workspace / "embedded")
    monkeypatch.setenv("LLM_API_KEY", "canary-0123456789")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    open_client.cache_clear()
    with fake_server.running() as running:
        running.RequestHandlerClass = Handler  # type: ignore[misc]  # a class of this test, for one request
        monkeypatch.setenv("LLM_BASE_URL", running.url + "/v1")
        yield running
    for path in (workspace / "embedded").glob("*"):
        path.unlink()


def test_a_provider_is_asked_once_for_a_text_and_logged(server: fake_server.Server) -> None:
    texts = ["a boat", "a dog", "a boat"]
    embedding = find_embedding("compatible:tiny")
    rows = embedding.vectors({}, texts, "document")
    assert rows[0] == pytest.approx(rows[2])
    assert rows[1] == pytest.approx(np.array([1, 0, 0, 1, 1]) / np.sqrt(3))
    assert [body["input"] for body in server.seen] == [["a boat", "a dog"]]
    assert embedding.vectors({}, texts, "document") == pytest.approx(rows)
    assert len(server.seen) == 1
    lines = [json.loads(line) for line in call_log.LOG.read_text(encoding="utf-8").splitlines()]
    logged = [line["text"] for line in lines if line["model"] == "compatible:tiny"]
    assert logged[-2:] == ["a boat", "a dog"]
    stored = "".join(path.read_text(encoding="utf-8") for path in hosted.STORE.iterdir())
    assert "canary" not in stored + call_log.LOG.read_text(encoding="utf-8")


def test_a_provider_in_trouble_is_asked_again_or_named(
    server: fake_server.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosted.time, "sleep", lambda _: None)
    server.script[:] = ["503", "429"]
    assert find_embedding("compatible:tiny").vectors({}, ["dada"], "query").shape == (1, 5)
    assert len(server.seen) == 3
    server.script[:] = ["401"]
    with pytest.raises(UserError, match=r'"compatible:tiny" gave no vectors.*401'):
        find_embedding("compatible:tiny").vectors({}, ["other"], "query")


def test_the_vectors_of_a_package_need_no_network() -> None:
    if not importlib.util.find_spec("wordllama"):
        with pytest.raises(UserError, match="uv sync --extra wordllama"):
            dense.build("wordllama", PASSAGES, None)
        return
    index = dense.build("wordllama", PASSAGES, None)
    assert index.vectors.shape == (3, 256)
    assert index.search("Where may my puppy go?", 1) == [PASSAGES[2]]
