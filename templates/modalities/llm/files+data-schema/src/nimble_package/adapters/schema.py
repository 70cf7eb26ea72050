"""What the schema must know about an llm: columns of the documents and the golden questions."""

from pathlib import Path

from .. import data
from ..config import Config
from ..mlops.llm.scripts import find_scripts
from ..mlops.schema.adapter import Column
from ..mlops.schema.whole_data import describe_doubles, describe_size


def read_columns(config: Config, folder: Path) -> dict[str, Column]:
    """Returns facts of every document and of every question, of all splits together."""
    splits = data.load(config, folder)
    documents = splits.test.documents.values()
    items = [*splits.train.items, *splits.test.items]
    names = list(splits.test.documents)
    ids = [item.id for item in items]
    questions = [item.question for item in items]
    return {
        **describe_size(len(items)),
        **describe_doubles(list(documents)),
        "script of the documents": Column("category", find_scripts(documents)),
        "letters in a document": Column("number", [len(text) for text in documents], places=names),
        "script of the questions": Column("category", find_scripts(questions)),
        "letters in a question": Column(
            "number", [len(question) for question in questions], places=ids
        ),
        "kind of a question": Column("category", [item.kind for item in items], places=ids),
        "sources of a question": Column(
            "number", [len(item.sources) for item in items], places=ids
        ),
        "facts of a question": Column("number", [len(item.facts) for item in items], places=ids),
    }
