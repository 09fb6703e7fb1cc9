"""What OCR saw in one place, and its form as JSON (jobs keep it until it is merged)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from clerestory.models.ocr import OcrLine
from clerestory.types import (
    Box,
    CellRange,
    CharRange,
    Locator,
    OcrRequest,
    PageBox,
    Region,
    Slide,
    TimeSpan,
)

_LOCATORS: dict[str, Any] = {
    kind.__name__: kind for kind in (PageBox, Slide, Region, TimeSpan, CharRange, CellRange)
}


@dataclass(frozen=True, slots=True)
class Recognition:
    """What an engine saw in one place; ``error`` says why nothing could be looked at."""

    request: OcrRequest
    lines: tuple[OcrLine, ...] = ()
    error: str = ""

    def to_json(self) -> str:
        request = self.request
        return json.dumps(
            {
                "request": {
                    "locator": _locator_to_json(request.locator),
                    "priority": request.priority,
                    "reason": request.reason,
                    "object": request.object,
                    "context": list(request.context),
                },
                "lines": [[line.text, list(line.box), line.confidence, line.quad] for line in self.lines],
                "error": self.error,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Recognition:
        value = json.loads(text)
        request = value["request"]
        return cls(
            OcrRequest(
                _locator_from_json(request["locator"]),
                request["priority"],
                request["reason"],
                request["object"],
                tuple(request["context"]),
            ),
            tuple(
                OcrLine(words, Box(*box), confidence, tuple((x, y) for x, y in quad))
                for words, box, confidence, quad in value["lines"]
            ),
            value["error"],
        )


def _locator_to_json(locator: Locator) -> list[Any]:
    values = [getattr(locator, name) for name in locator.__slots__]
    return [type(locator).__name__, *(list(x) if isinstance(x, tuple) else x for x in values)]


def _locator_from_json(value: list[Any]) -> Locator:
    name, *fields = value
    locator: Locator = _LOCATORS[name](*(Box(*x) if isinstance(x, list) else x for x in fields))
    return locator
