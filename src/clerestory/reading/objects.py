"""Derived bytes as objects with their digest. Knows no store."""

from __future__ import annotations

import hashlib

from clerestory.types import DerivedObject, Locator


def derived(content: bytes, media_type: str, role: str, *, locator: Locator | None = None) -> DerivedObject:
    """An object whose digest is the SHA-256 (hex) of ``content``."""
    return DerivedObject(hashlib.sha256(content).hexdigest(), media_type, role, content, locator)
