"""Language models behind one interface: a provider is a module with a function `ask`."""

from .request import Ask, Pieces, Request, Usage

__all__ = ["Ask", "Pieces", "Request", "Usage"]
