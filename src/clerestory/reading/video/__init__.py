"""Videos, one module per subject: ``reader`` asks, ``viewing`` watches, ``merging`` puts together."""

from clerestory.reading.video.reader import READER, VERSION, read

__all__ = ["READER", "VERSION", "read"]
