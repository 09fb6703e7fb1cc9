"""The inside of a Markdown paragraph: its words line by line, and its pictures.

In: the inline tokens of one block. Out: the parts of each source line. Knows no places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

_TAG_NAME = re.compile(r"</?([a-zA-Z][\w:-]*)")
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_MATH = re.compile(r"\$\$(?:[^$\\]|\\.)+\$\$|\$(?![\s$])(?:[^$\\\n]|\\.)+?(?<![\s\\])\$(?!\d)", re.S)


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A picture in a paragraph: ``title`` is the printed caption where one is given."""

    target: str
    alt: str
    title: str


Part = str | InlineImage


def parser(*, indented_code: bool) -> Any:
    """CommonMark with tables and struck-out text, and with formulae left as they are written."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    reader.inline.ruler.before("escape", "formula", _formula)
    return reader if indented_code else reader.disable("code")


def line_parts(children: Sequence[Any]) -> list[list[Part]]:
    """Words and pictures of each line of the source, as far as line ends can be told."""
    lines: list[list[Part]] = [[]]
    for token in children:
        match token.type:
            case "softbreak" | "hardbreak":
                lines.append([])
            case "image":
                alt, breaks = _alt(token)
                lines[-1].append(
                    InlineImage(unquote(token.attrGet("src") or ""), alt, token.attrGet("title") or "")
                )
                lines.extend([] for _ in range(breaks))
            case "html_inline":
                _html(token.content, lines)
            case "text" | "code_inline" | "formula" | "text_special":
                first, *rest = token.content.split("\n")
                lines[-1].append(first)
                lines.extend([part] for part in rest)
            case _:
                continue  # marks of emphasis and links: the words between them come by themselves
    return lines


def plain(parts: Sequence[Part]) -> str:
    """The words of parts, with the descriptions of pictures."""
    return "".join(part if isinstance(part, str) else part.alt for part in parts)


def _alt(token: Any) -> tuple[str, int]:
    """The description of a picture without marks, and how many line ends it holds."""
    lines = line_parts(token.children or ())
    return " ".join(" ".join(plain(line).split()) for line in lines).strip(), len(lines) - 1


def _html(content: str, lines: list[list[Part]]) -> None:
    match = _TAG_NAME.match(content)
    name = match.group(1).lower() if match else ""
    if name == "br":
        lines[-1].append("\n")
    elif name == "img":
        attributes = {
            found[0].lower(): found[1] or found[2] or found[3] for found in _ATTRIBUTE.findall(content)
        }
        alt = " ".join(attributes.get("alt", "").split())
        lines[-1].append(InlineImage(attributes.get("src", ""), alt, attributes.get("title", "")))
    lines.extend([] for _ in range(content.count("\n")))


def _formula(state: Any, silent: bool) -> bool:
    """A rule for markdown-it: ``$…$`` and ``$$…$$`` are one token, whatever is inside."""
    if state.src[state.pos] != "$":
        return False
    match = _MATH.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = match.group()
    state.pos = match.end()
    return True
