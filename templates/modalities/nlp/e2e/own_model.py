"""Puts a network of docs/own-model.md into a repository: the protocol is in test/e2e/steps/own-model.ts.

`own_model.py pretrain FOLDER`, run in the clone, saves a tiny BERT with its tokenizer and 5 other labels there.
"""

import json
import sys
from pathlib import Path

PLAIN = "Without the embedding of hashed words"
IN_ORDER = "Words in their order"
HEADINGS = {
    "lstm": [PLAIN, IN_ORDER, "An LSTM"],
    "transformer": [PLAIN, IN_ORDER, "A transformer encoder"],
    "pretrained": [PLAIN, "A pretrained model of Hugging Face"],
}
# Of the built-in texts, after three epochs. Chance is 0.13, and the network that comes with the repository reaches 0.8;
# the tiny BERT has learned nothing before, so it may stay near chance.
RANGES = {
    "lstm": {"model.accuracy": [0.15, 0.95], "accuracy": [0.15, 0.95]},
    "transformer": {"model.accuracy": [0.15, 0.95], "accuracy": [0.15, 0.95]},
    "pretrained": {"model.accuracy": [0.1, 0.95], "accuracy": [0.1, 0.95]},
}
SETTINGS = ["train.epochs=3", "evaluate.seeds=1", "evaluate.min_score=0.05"]
MORE_SETTINGS = {"pretrained": ["train.learning_rate=0.002", "model.max_length=48"]}
TEXTS = [
    "the matrix of a linear function",
    "draw the axes of a figure",
    "samples of a distribution",
]


def pretrain(folder: Path) -> None:
    """Saves a BERT that has learned nothing, and a tokenizer of the words of the built-in texts."""
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    raw = Path("data/raw/docstrings.jsonl")
    lines = raw.read_text(encoding="utf-8").splitlines() if raw.is_file() else []
    texts = [json.loads(line)["text"] for line in lines] or TEXTS
    trained = BertWordPieceTokenizer()
    trained.train_from_iterator(texts, vocab_size=2000, show_progress=False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=trained._tokenizer, pad_token="[PAD]", unk_token="[UNK]"
    )
    config = BertConfig(
        vocab_size=tokenizer.vocab_size,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
        num_labels=5,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def main(arguments: list[str]) -> None:
    """Lists the networks, or puts one in."""
    if not arguments:
        print("\n".join(HEADINGS))
        return
    if arguments[0] == "pretrain":
        pretrain(Path(arguments[1]))
        return
    from own_model_page import apply

    repository, name = Path(arguments[0]), arguments[1]
    applied = apply(repository, *HEADINGS[name])
    commands = applied.commands
    if name == "pretrained":
        program = Path(__file__).resolve().as_posix()
        make = f'uv run python "{program}" pretrain data/pretrained'
        commands = [*commands[:-1], make, commands[-1]]
    model = {
        "commands": commands,
        "settings": [*SETTINGS, *MORE_SETTINGS.get(name, [])],
        "ranges": RANGES[name],
        "blocks": applied.blocks,
    }
    print(json.dumps(model))


if __name__ == "__main__":
    main(sys.argv[1:])
