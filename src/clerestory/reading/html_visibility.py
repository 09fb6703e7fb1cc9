"""Which elements of a page a person cannot see, and why.

In: an element and what the page's own style sheet hides. Out: the reason, or nothing.
Only what the file itself says counts: inline style, the ``hidden`` attribute, plain rules
of its ``<style>`` elements for a class, an id or a tag. Style sheets in other files are
not loaded, so what only they hide counts as visible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_AT_BLOCK = re.compile(r"@[^{;]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@[^{};]*;")
_SIMPLE_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*)?[.#][\w-]+|[a-z][a-z0-9]*", re.I)
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;]+)")
_LENGTH = re.compile(r"(-?[\d.]+)\s*(px|pt|em|rem|%)?")
_WHITE = {"white", "#fff", "#ffffff", "rgb(255,255,255)", "rgba(255,255,255,1)", "hsl(0,0%,100%)"}
_NOT_SHOWN_TAGS = {"script", "style", "template", "head", "title", "meta", "link", "base", "datalist"}
_OFF_PAGE = -999.0  # pixels: the customary way to move text out of sight


def style_of(declarations: str) -> dict[str, str]:
    """Properties of an inline style, lower-case and without ``!important``."""
    found = {}
    for name, value in _DECLARATION.findall(declarations):
        found[name.lower()] = value.lower().replace("!important", "").strip()
    return found


def hiding_rules(sheets: Iterable[str]) -> dict[str, str]:
    """Selector -> reason, for simple selectors whose rule hides what they match.

    Rules for other media (``@media print``) are left out, and so is a selector that a later
    rule shows again.
    """
    rules: dict[str, str] = {}
    for sheet in sheets:
        plain = _AT_BLOCK.sub(" ", _COMMENT.sub(" ", sheet))
        for selectors, body in _RULE.findall(plain):
            style = style_of(body)
            reason = _hidden_by(style)
            for selector in selectors.split(","):
                name = selector.strip()
                if not _SIMPLE_SELECTOR.fullmatch(name):
                    continue
                if reason:
                    rules[name] = reason
                elif name in rules and style.get("display", "none") != "none":
                    del rules[name]
    return rules


def why_hidden(element: Any, tag: str, rules: Mapping[str, str]) -> str:
    """The reason why nobody sees the element, or nothing."""
    if tag in _NOT_SHOWN_TAGS:
        return ""  # not content at all; the walk leaves these out by itself
    if element.get("hidden") is not None:
        return "hidden attribute"
    declarations = element.get("style")
    if declarations:
        style = style_of(declarations)
        if reason := _hidden_by(style) or _unreadable(element, style):
            return reason
        if style.get("display", "none") != "none":
            return ""
    if not rules:
        return ""
    if reason := rules.get(tag, ""):
        return reason
    for name in (element.get("class") or "").split():
        if reason := rules.get(f".{name}", "") or rules.get(f"{tag}.{name}", ""):
            return reason
    identity = element.get("id")
    return (rules.get(f"#{identity}", "") or rules.get(f"{tag}#{identity}", "")) if identity else ""


def _hidden_by(style: Mapping[str, str]) -> str:
    if style.get("display") == "none":
        return "display: none"
    if style.get("visibility") in {"hidden", "collapse"}:
        return "visibility: hidden"
    if _number(style.get("opacity", "1")) == 0:
        return "opacity: 0"
    size = style.get("font-size", "")
    if size and (length := _number(size)) is not None and 0 <= length < 1 and not size.endswith(("em", "%")):
        return f"font-size: {size}"
    if size and _number(size) == 0:
        return f"font-size: {size}"
    for side in ("left", "top", "right", "bottom", "text-indent", "margin-left", "margin-top"):
        if (offset := _number(style.get(side, ""))) is not None and offset <= _OFF_PAGE:
            return f"{side}: {style[side]}"
    if style.get("clip", "").replace(" ", "") in {
        "rect(0,0,0,0)",
        "rect(0px,0px,0px,0px)",
        "rect(1px,1px,1px,1px)",
    }:
        return "clip"
    if style.get("overflow") == "hidden" and 0 in (
        _number(style.get("height", "")),
        _number(style.get("width", "")),
    ):
        return "no size"
    return ""


def _unreadable(element: Any, style: Mapping[str, str]) -> str:
    """White (or any) text on the same ground, as far as the file itself tells the ground."""
    color = _color(style.get("color", ""))
    if not color:
        return ""
    if color in {"transparent", "rgba(0,0,0,0)"}:
        return "transparent"
    for ancestor in (element, *element.iterancestors()):
        own = style_of(ancestor.get("style") or "")
        ground = _color(
            own.get("background-color", "") or own.get("background", "") or ancestor.get("bgcolor") or ""
        )
        if ground:
            return "color of its background" if ground == color else ""
        if ancestor.get("class") or ancestor.get("id") or ancestor.get("background"):
            return ""  # a style sheet may give it a ground
    return "white on white" if color == "white" else ""


def _color(value: str) -> str:
    plain = value.lower().replace(" ", "")
    return "white" if plain in _WHITE else plain


def _number(value: str) -> float | None:
    match = _LENGTH.match(value.strip())
    try:
        return float(match.group(1)) if match else None
    except ValueError:
        return None
