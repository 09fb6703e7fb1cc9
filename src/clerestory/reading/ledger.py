"""Ledger lines as readers write them: one stable code for each reason.

In: what was met. Out: a line. Every page, figure, table and stretch of text that does not
become a segment is said here, so that nothing is lost in silence.
"""

from __future__ import annotations

from clerestory.reading.sentences import storable
from clerestory.types import LedgerKind, LedgerLine, Locator, Severity

_LONGEST_TEXT = 20_000  # characters of set-aside text that a line keeps


def note(
    code: str,
    kind: LedgerKind,
    reason: str,
    *,
    locator: Locator | None = None,
    text: str = "",
    severity: Severity = "info",
) -> LedgerLine:
    """A line whose text is cut where it would fill the catalogue; the reason then says so."""
    text = storable(text)
    if len(text) > _LONGEST_TEXT:
        reason = f"{reason} ({len(text):,} characters, of which the first {_LONGEST_TEXT:,} are kept)"
        text = text[:_LONGEST_TEXT]
    return LedgerLine(code, severity, kind, storable(reason), locator, text)


def hidden_text(text: str, why: str, *, locator: Locator | None = None) -> LedgerLine:
    """Text that no reader of the page can see; kept apart, never part of a segment."""
    return note(
        "hidden-text",
        "text",
        f"not visible to a reader ({why})",
        locator=locator,
        text=text,
        severity="warning",
    )


def encoding_assumed(encoding: str, *, replaced: int = 0) -> LedgerLine:
    """The encoding was guessed from the bytes; ``replaced`` counts bytes that did not fit it."""
    reason = f"the file does not say its encoding; read as {encoding}"
    if replaced:
        reason += f", {replaced:,} undecodable places shown as \N{REPLACEMENT CHARACTER}"
    return note("encoding-assumed", "text", reason, severity="warning" if replaced else "info")
