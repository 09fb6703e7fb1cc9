"""ZIP-based documents with limits: members by name, never unpacked to disk, bombs refused.

In: the path of an archive and the settings' limits. Out: bytes of single members. What a
member claims to be when unpacked is checked first, and what it is while unpacking, since
the claim may lie. Knows no document format.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from clerestory.errors import FileDenied, FileVanished, TooLarge, UnreadableFile, WrongPassword
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings

_MB = 1_000_000
_RATIO_FREE = _MB  # unpacked bytes below which a high ratio does no harm
_MAX_MEMBERS = 200_000
_CHUNK = 1 << 20


@dataclass(slots=True)
class Archive:
    """An open archive; ``read`` gives members by name."""

    name: str  # of the document, for messages
    names: tuple[str, ...]
    _zip: zipfile.ZipFile
    _settings: ReadingSettings
    _unpacked: int = 0
    _members: frozenset[str] = field(default_factory=frozenset)

    def __contains__(self, member: str) -> bool:
        return member in self._members

    def size(self, member: str) -> int:
        """Unpacked bytes of a member, as the archive claims."""
        return self._zip.getinfo(member).file_size

    def read(self, member: str, *, max_mb: int | None = None) -> bytes:
        """One member unpacked.

        Raises:
            UnreadableFile: it is missing or damaged.
            TooLarge: it, or all that was read so far, is over a limit.
            WrongPassword: it is encrypted.
        """
        if member not in self._members:
            raise UnreadableFile(f"the part {member} is missing", where=self.name)
        info = self._zip.getinfo(member)
        if info.flag_bits & 1:
            raise WrongPassword(
                f"the part {member} is encrypted", where=self.name, fix="Save a copy without a password."
            )
        _check_ratio(info, self.name, self._settings)
        limit = self._settings.max_archive_mb * _MB - self._unpacked
        if max_mb is not None:
            limit = min(limit, max_mb * _MB)
        chunks: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > limit:
                        raise _too_large(f"the part {member} unpacks to more than allowed", self.name)
                    chunks.append(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise UnreadableFile(f"the part {member} is damaged ({error})", where=self.name) from error
        self._unpacked += size
        return b"".join(chunks)


@contextmanager
def open_archive(source: Source, settings: ReadingSettings) -> Iterator[Archive]:
    """The archive at ``source``, checked as a whole against the limits before anything is unpacked.

    Raises:
        UnreadableFile: no archive, or a damaged one.
        TooLarge: its members claim more than ``reading.max_archive_mb`` or a ratio over
            ``reading.max_archive_ratio``.
        FileVanished, FileDenied
    """
    try:
        opened = zipfile.ZipFile(source.path)
    except FileNotFoundError as error:
        raise FileVanished("the file is gone", where=source.name, fix="Add it again.") from error
    except PermissionError as error:
        raise FileDenied("no permission to read", where=source.name) from error
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError) as error:
        raise UnreadableFile(
            f"not a complete archive ({error})",
            where=source.name,
            fix="It may have been cut off in transfer.",
        ) from error
    with opened:
        infos = opened.infolist()
        if len(infos) > _MAX_MEMBERS:
            raise _too_large(f"{len(infos):,} parts", source.name)
        total = sum(info.file_size for info in infos)
        if total > settings.max_archive_mb * _MB:
            raise _too_large(f"its parts unpack to {total / _MB:,.0f} MB", source.name)
        for info in infos:
            _check_ratio(info, source.name, settings)
        names = tuple(dict.fromkeys(info.filename for info in infos if not info.is_dir()))
        yield Archive(source.name, names, opened, settings, 0, frozenset(names))


def _check_ratio(info: zipfile.ZipInfo, name: str, settings: ReadingSettings) -> None:
    ratio = info.file_size / max(1, info.compress_size)
    if info.file_size > _RATIO_FREE and ratio > settings.max_archive_ratio:
        raise TooLarge(
            f"the part {info.filename} unpacks to {ratio:,.0f} times its size",
            where=name,
            fix="If you trust it, raise reading.max_archive_ratio.",
        )


def _too_large(what: str, name: str) -> TooLarge:
    return TooLarge(what, where=name, fix="If you trust it, raise reading.max_archive_mb.")
