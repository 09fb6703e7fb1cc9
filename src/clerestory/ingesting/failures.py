"""Files that gave no reading: as ledger lines, and back again when they are met unchanged.

What is wrong with a file stays wrong while its bytes stay the same: it is said again
without reading it again. What the machine did (a killed worker, a full disk) is tried
again, and so is an encrypted file when a password is given.
"""

from __future__ import annotations

from collections.abc import Iterable

from clerestory import errors
from clerestory.errors import ClerestoryError, InputError, WrongPassword
from clerestory.storing.records import LedgerRecord
from clerestory.types import LedgerLine

# Not properties of the bytes.
_PASSING = (errors.FileVanished, errors.FileDenied)


def ledger_line(error: ClerestoryError) -> LedgerLine:
    reason = f"{error.what}. {error.fix}" if error.fix else error.what
    return LedgerLine(type(error).__name__, "error", "file", reason)


def stays(error: ClerestoryError) -> bool:
    """Whether the same bytes would fail again."""
    return isinstance(error, InputError) and not isinstance(error, _PASSING)


def remembered(records: Iterable[LedgerRecord], *, password: str | None = None) -> dict[str, ClerestoryError]:
    """Asset -> why its bytes cannot be read, for those that need not be tried again."""
    found: dict[str, ClerestoryError] = {}
    for record in records:
        kind = getattr(errors, record.line.code, None)
        if record.reading or not (isinstance(kind, type) and issubclass(kind, ClerestoryError)):
            continue
        error = kind(record.line.reason, where=record.path)
        if stays(error) and not (password is not None and isinstance(error, WrongPassword)):
            found[record.asset] = error
    return found
