"""Clerestory: local-first multimodal search and answers that show their evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from clerestory.library import Library

__all__ = ["Library", "__version__"]


def __getattr__(name: str) -> Any:
    # Loaded on first use: `import clerestory` stays under 0.3 s (no store, no model).
    if name == "Library":
        from clerestory.library import Library

        return Library
    raise AttributeError(f"module 'clerestory' has no attribute {name!r}")
