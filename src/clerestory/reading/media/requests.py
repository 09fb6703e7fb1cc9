"""Requests to hear or watch a stretch, in the form in which jobs and their results keep them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
