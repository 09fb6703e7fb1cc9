"""Caption paragraphs of flowing documents, given to the picture or table beside them.

In: blocks in reading order. Out: the blocks, without the caption paragraphs that found
their figure; its place then reaches over both. Knows no file format.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from clerestory.reading.blocks import Block
from clerestory.reading.places import join_locators

CAPTION_STYLE = "caption"  # attribute "style" of paragraphs whose style says so
MAX_CAPTION_WORDS = 80
_FIGURE = re.compile(
    r"(?:fig(?:ure|\.)?|abb(?:ildung|\.)?|figura|afbeelding|рис(?:унок|\.)?|図|图|chart|diagram|photo|plate|scheme)"
    r"\s*[A-Z]?\d",
    re.I,
)
_TABLE = re.compile(r"(?:tab(?:le|elle|leau|la|\.)?|таблица|表)\s*[A-Z]?\d", re.I)


def attach_captions(blocks: Sequence[Block]) -> list[Block]:
    """Figures and tables with their captions, which are looked for below figures and above tables first."""
    kept: list[Block | None] = list(blocks)
    for index, block in enumerate(blocks):
        if block.kind not in ("figure", "picture", "table"):
            continue
        pattern = _TABLE if block.kind == "table" else _FIGURE
        for neighbour in (index - 1, index + 1) if block.kind == "table" else (index + 1, index - 1):
            found = kept[neighbour] if 0 <= neighbour < len(kept) else None
            if found is not None and _is_caption(found, pattern):
                caption = " ".join(found.text.split())
                if block.caption and block.caption != caption:
                    caption = f"{caption}\n{block.caption}"
                both = sorted((block.locator, found.locator), key=lambda one: getattr(one, "start", 0))
                kept[index] = replace(block, caption=caption, locator=join_locators(both))
                kept[neighbour] = None
                break
    return [block for block in kept if block is not None]


def _is_caption(block: Block, pattern: re.Pattern[str]) -> bool:
    if block.kind != "paragraph" or len(block.text.split()) > MAX_CAPTION_WORDS:
        return False
    return bool(pattern.match(block.text.strip())) or block.attributes.get("style") == CAPTION_STYLE
