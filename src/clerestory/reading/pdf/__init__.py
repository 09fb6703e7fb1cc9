"""PDF documents, one module per subject; ``reader`` puts them together."""

from clerestory.reading.pdf.reader import READER, VERSION, read

__all__ = ["READER", "VERSION", "read"]
