"""What the memory of choosing a bundle depends on: documents and their index.

The trial asks the offline stub, so that it costs nothing.
"""

from contextlib import AbstractContextManager, nullcontext

from ..mlops.llm.retrieval import cut_passages, find_retriever
from ..mlops.project import PREPARED
from ..mlops.resources.adapter import Config, Parts, SizeAdapter
from ..mlops.resources.memory import count_bytes
from ..project import PROJECT

STUB = "stub:small"


def count(config: Config) -> Parts:
    """Returns the bytes of the documents with their questions, and of every index."""
    splits = PROJECT.load(config, PREPARED)
    documents = splits.train.documents
    size = 0
    for words in config.model.chunk_words:
        passages = cut_passages(documents, words)
        for name in config.model.retrievers:
            size += count_bytes(find_retriever(name)(passages, None))
    return {"documents": count_bytes(splits), "index": size}


def shorten(config: Config) -> list[str]:
    """Every bundle, with the stub in place of each language model."""
    models = [STUB] * len(config.model.models)
    return [f"model.models=[{', '.join(models)}]"]


def watch(_: Parts) -> AbstractContextManager[None]:
    """All parts are counted before."""
    return nullcontext()


def count_left_out(_: Config, __: Parts) -> int:
    """The trial leaves nothing out but the calls."""
    return 0


SIZE = SizeAdapter(shorten, watch, count, count_left_out)
