"""Reading XML elements by their local names, whatever prefix or namespace a program chose."""

from __future__ import annotations

from typing import Any, TypeAlias

Element: TypeAlias = Any  # an lxml element; lxml comes without types


def local(element: Element) -> str:
    """The element's name without its namespace; "" for what is no element (an unexpanded entity)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str, default: str = "") -> str:
    """An attribute by its name without namespace; the first of that name."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return default


def child(element: Element, *path: str) -> Element | None:
    """The first descendant along local names, or None."""
    for name in path:
        element = next((one for one in element if local(one) == name), None)
        if element is None:
            return None
    return element


def is_on(element: Element | None) -> bool:
    """Whether an on/off property element is there and not switched off."""
    return element is not None and attribute(element, "val", "1").lower() not in ("0", "false", "off")


def whole(value: str, default: int = 0) -> int:
    """The attribute value as a whole number; ``default`` for anything else."""
    try:
        return int(value)
    except ValueError:
        return default
