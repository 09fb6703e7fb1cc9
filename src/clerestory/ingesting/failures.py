"""Files that gave no reading: as ledger lines, and back again when they are met unchanged.

What is wrong with a file stays wrong while its bytes stay the same: it is said again
without reading it again. What the machine did (a killed worker, a full disk) is tried
again, and so is an encrypted file when a password is given. So are recordings and videos that
nothing could read: PyAV may have been installed meanwhile, or bring more codecs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from clerestory import errors
from clerestory.errors import ClerestoryError, FileVanished, InputError, UnsupportedFile, WrongPassword
from clerestory.ingesting.walk import FileSeen
from clerestory.ingesting.work import Tally, Work
from clerestory.reading import kinds
from clerestory.storing.records import LedgerRecord
from clerestory.types import LedgerLine, Occurrence

if TYPE_CHECKING:
    from clerestory.storing.catalogue import Catalogue

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
        if _may_be_readable(error):
            continue
        if stays(error) and not (password is not None and isinstance(error, WrongPassword)):
            found[record.asset] = error
    return found


def _may_be_readable(error: ClerestoryError) -> bool:
    claimed = kinds.claimed(error.where)
    return isinstance(error, UnsupportedFile) and claimed.startswith(("audio/", "video/"))


def forget_mended(catalogue: Catalogue, paths: Iterable[str]) -> None:
    """Drop the ledger's failures of paths that can be read now."""
    failing = {one.path for one in catalogue.ledger(severity="error") if not one.reading}
    if mended := failing.intersection(paths):
        catalogue.forget_failures(sorted(mended))


def report_failure(
    work: Work,
    tally: Tally,
    path: str,
    error: ClerestoryError,
    *,
    note: bool = True,
    asset: str | None = None,
    file: FileSeen | None = None,
) -> None:
    """Report a path, and ``note`` it in the ledger.

    Its bytes are noted too where they are to blame: until they change they are not tried
    again, and what the path held before does not answer any more.
    """
    tally.failed[path] = error
    # A path that never was in the library and is not on the disk is a slip of the pen.
    if not note and isinstance(error, FileVanished):
        return
    catalogue = work.stores.catalogue
    if asset is None or file is None or not stays(error):
        catalogue.record_failure(path, ledger_line(error))
        return
    leaving = catalogue.record_occurrences([Occurrence(asset, path, file.size, file.mtime_ns)])
    if leaving:
        work.stores.index.remove_readings(leaving)
    catalogue.record_failure(path, ledger_line(error), asset=asset, size=file.size, mtime_ns=file.mtime_ns)
