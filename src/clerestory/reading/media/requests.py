"""Requests to hear or watch a stretch: how a duration is shared out, and the form in which jobs keep them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from clerestory.types import MediaRequest, TimeSpan


def request_to_json(request: MediaRequest) -> dict[str, Any]:
    """Plain values; seconds keep every digit, for neighbours share their edges exactly."""
    return {
        "kind": request.kind,
        "start_s": request.locator.start_s,
        "end_s": request.locator.end_s,
        "priority": request.priority,
        "reason": request.reason,
    }


def request_from_json(value: Mapping[str, Any]) -> MediaRequest:
    span = TimeSpan(value["start_s"], value["end_s"])
    return MediaRequest(value["kind"], span, value["priority"], value["reason"])


def planned(
    kind: Literal["listen", "watch"], duration_s: float, stretch_s: float, *, reason: str
) -> list[MediaRequest]:
    """Equal stretches of about ``stretch_s`` that cover the duration, their edges shared.

    The beginning comes first: it tells most about what a recording is.
    """
    count = max(1, math.ceil(duration_s / stretch_s - 0.1)) if duration_s > 0 else 0
    edges = [duration_s * number / count for number in range(count)] + [duration_s]
    return [
        MediaRequest(kind, TimeSpan(edges[number], edges[number + 1]), round(1 / (number + 1), 4), reason)
        for number in range(count)
    ]
