"""The words of an HTML element in one go, as a cell, a caption or a block of code needs them.

In: an element and the rules that hide parts of it. Out: its visible words with the
descriptions of its pictures. What is hidden is handed to the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from clerestory.reading.html_inline import BREAK, collapsed, drawing_text, formula_text, raised
from clerestory.reading.html_tables import local_name
from clerestory.reading.html_visibility import why_hidden

BLOCK_TAGS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details"),
        *("dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer"),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html"),
        *("legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "section"),
        *("summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul"),
    }
)
LEFT_OUT_TAGS = frozenset(
    {
        *("script", "style", "template", "head", "title", "meta", "link", "base", "datalist"),
        *("rp", "noframes", "param", "source", "track", "col", "colgroup"),
    }
)


def visible_text(
    root: Any, rules: Mapping[str, str], hide: Callable[[Any, str], None], *, keep_space: bool = False
) -> str:
    """All visible words under ``root``; ``hide`` is told of each hidden element and why it is."""
    parts: list[str] = []
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, done = stack.pop()
        name = local_name(element)
        if done:
            if name in BLOCK_TAGS and element is not root:
                parts.append(BREAK)
        elif _enter(element, name, root, parts, rules, hide):
            parts.append(element.text or "")
            stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))
            continue
        if element is not root:
            parts.append(element.tail or "")
    text = "".join(parts)
    if keep_space:
        return text.replace(BREAK, "\n")
    return re.sub(r"\n+", "\n", collapsed(text))


def _enter(
    element: Any,
    name: str,
    root: Any,
    parts: list[str],
    rules: Mapping[str, str],
    hide: Callable[[Any, str], None],
) -> bool:
    """Whether to go into the element; if not, all of it has been dealt with."""
    if not name:
        if type(element).__name__ == "_Entity":
            parts.append(str(element.text or ""))
        return False
    if name in LEFT_OUT_TAGS:
        return False
    if element is not root and (reason := why_hidden(element, name, rules)):
        hide(element, reason)
        return False
    if name == "br":
        parts.append(BREAK)
    elif name == "img":
        parts.append(f" {element.get('alt') or ''} ")
    elif name == "math":
        parts.append(formula_text(element))
        return False
    elif name == "svg":
        parts.append(f" {drawing_text(element)} ")
        return False
    elif name == "sup" and next(iter(element), None) is None:
        parts.append(raised(element.text or ""))
        return False
    elif name in BLOCK_TAGS and element is not root:
        parts.append(BREAK)
    return True
