"""Errors, as one tree. Every message says what, where, and what to do next.

ClerestoryError
├── InputError                what the user or the file did
│   ├── UnreadableFile        damaged, truncated, or not what it claims to be
│   │   ├── EmptyFile
│   │   └── TooLarge          over a limit that the settings name
│   ├── UnsupportedFile       no reader for this type
│   ├── WrongPassword         encrypted, and no or a wrong password was given
│   ├── FileVanished          gone or changed while it was being read
│   ├── FileDenied            the system does not let us read it
│   ├── UnknownLibrary        no library there, or one of a newer format
│   ├── UnknownAsset          no such asset, segment or path in the library
│   ├── BadSettings
│   ├── BadLocator
│   └── UnsupportedQuery
└── MachineError              what the machine did
    ├── ModelMissing          weights are not on this machine
    ├── ModelCorrupt          weights differ from their digest
    ├── DownloadFailed
    ├── Offline               a download was asked for while CLERESTORY_OFFLINE=1
    ├── WorkerDied            a reading process was killed (memory, crash)
    ├── WorkerTimeout
    ├── StoreBusy             another process holds the writer's lease
    ├── StoreCorrupt
    └── DiskFull
"""

from __future__ import annotations


class ClerestoryError(Exception):
    """Base of all errors raised on purpose.

    ``what`` happened, ``where`` (a path, an asset, a setting), and the ``fix``.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what = what
        self.where = where
        self.fix = fix
        message = f"{where}: {what}" if where else what
        super().__init__(f"{message}. {fix}" if fix else message)

    def __reduce__(self):  # keyword-only arguments do not survive the default pickling
        return _rebuild, (type(self), self.what, self.where, self.fix)


def _rebuild(kind: type[ClerestoryError], what: str, where: str, fix: str) -> ClerestoryError:
    return kind(what, where=where, fix=fix)


class InputError(ClerestoryError):
    """The file, the question or the settings are at fault."""


class UnreadableFile(InputError):
    """Damaged, truncated, or not what it claims to be."""


class EmptyFile(UnreadableFile):
    """No bytes at all."""


class TooLarge(UnreadableFile):
    """Over a limit; the message names the setting that raises it."""


class UnsupportedFile(InputError):
    """No reader for this type of content."""


class WrongPassword(InputError):
    """Encrypted, and no password or a wrong one was given."""


class FileVanished(InputError):
    """Gone, or changed while it was being read."""


class FileDenied(InputError):
    """The operating system does not let us read it."""


class UnknownLibrary(InputError):
    """No library at that place, or one made by a newer version."""


class UnknownAsset(InputError):
    """No such asset, segment or path in the library."""


class BadSettings(InputError):
    """A setting that does not exist or does not fit."""


class BadLocator(InputError):
    """A fragment that names no place."""


class UnsupportedQuery(InputError):
    """A query of a kind that no installed encoder answers."""


class MachineError(ClerestoryError):
    """The machine, the network or the store is at fault."""


class ModelMissing(MachineError):
    """Weights are not on this machine; the fix names the command that gets them."""


class ModelCorrupt(MachineError):
    """Weights whose digest is not the one in the catalogue."""


class DownloadFailed(MachineError):
    """The package index or hub did not deliver."""


class Offline(MachineError):
    """A download was asked for while CLERESTORY_OFFLINE is set."""


class WorkerDied(MachineError):
    """A reading process was killed, usually for memory."""


class WorkerTimeout(MachineError):
    """A reading process ran longer than the settings allow."""


class StoreBusy(MachineError):
    """Another process holds the writer's lease."""


class StoreCorrupt(MachineError):
    """Stored bytes differ from their digest, or tables disagree."""


class DiskFull(MachineError):
    """No space left; nothing that was acknowledged is lost."""
