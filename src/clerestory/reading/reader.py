"""Any file in, its Reading out: the type by content, then the reader of that family.

Knows which module reads which media type and nothing about any of them; they are imported
when a file of theirs comes.
"""

from __future__ import annotations

import importlib
from dataclasses import replace

from clerestory.errors import (
    EmptyFile,
    FileDenied,
    FileVanished,
    InputError,
    TooLarge,
    UnreadableFile,
    UnsupportedFile,
    WrongPassword,
)
from clerestory.reading import kinds
from clerestory.reading.ledger import note
from clerestory.reading.sniff import media_type
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import Reading

HEAD_BYTES = 65_536


def read(source: Source, settings: ReadingSettings) -> Reading:
    """The reading of one asset.

    Raises:
        EmptyFile, TooLarge, UnreadableFile, UnsupportedFile, WrongPassword,
        FileVanished, FileDenied
    """
    kind = type_of(source, settings)
    family = kinds.family(kind)
    if family is None:
        raise _unsupported(kind, source)
    module = importlib.import_module(f"clerestory.reading.{family}")
    try:
        reading: Reading = module.read(source, settings, kind)
    except RecursionError as error:
        raise UnreadableFile("its parts are nested too deeply", where=source.name) from error
    claimed = kinds.claimed(source.name)
    claimed_family = kinds.family(claimed) or claimed
    # A container that can hold sound and pictures has one ending for both.
    same_container = claimed.partition("/")[2] == kind.partition("/")[2]
    if claimed and claimed_family != family and not same_container:
        line = note("name-differs", "file", f"its name says {claimed}, its content is {kind}")
        reading = replace(reading, ledger=(line, *reading.ledger))
    return reading


def type_of(source: Source, settings: ReadingSettings) -> str:
    """The media type of the asset by its content.

    Raises:
        EmptyFile, TooLarge, FileVanished, FileDenied
    """
    try:
        size = source.path.stat().st_size
        if size == 0:
            raise EmptyFile("the file has no bytes", where=source.name)
        if size > settings.max_file_mb * 1_000_000:
            raise TooLarge(
                f"{size / 1e6:,.0f} MB is over the limit of {settings.max_file_mb:,} MB",
                where=source.name,
                fix="Raise reading.max_file_mb to read it.",
            )
        with source.path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        return media_type(head, source.name, source.path)
    except FileNotFoundError as error:
        raise FileVanished("the file is gone", where=source.name, fix="Add it again.") from error
    except PermissionError as error:
        raise FileDenied("no permission to read", where=source.name) from error


def _unsupported(kind: str, source: Source) -> InputError:
    if kind == kinds.ENCRYPTED_OFFICE:
        return WrongPassword(
            "an Office document that is encrypted", where=source.name, fix="Save a copy without a password."
        )
    claimed = kinds.claimed(source.name)
    if kind == kinds.ZIP and kinds.family(claimed):
        what = f"an archive, but none of the kind that its name claims ({claimed})"
        return UnreadableFile(what, where=source.name, fix="It may be damaged or misnamed.")
    fixes = {
        "application/msword": "Save it as .docx.",
        "application/vnd.ms-excel": "Save it as .xlsx.",
        "application/vnd.ms-powerpoint": "Save it as .pptx.",
        kinds.ZIP: "Unpack it and add the folder.",
        "application/gzip": "Unpack it and add what it holds.",
        kinds.BINARY: "It is neither text nor a format that is known here.",
    }
    return UnsupportedFile(f"no reader for {kind}", where=source.name, fix=fixes.get(kind, ""))
