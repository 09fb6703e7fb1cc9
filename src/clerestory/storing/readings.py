"""Readings on disk: one immutable Arrow file each, named by the SHA-256 of its bytes.

In: a ``Reading``. Out: its digest; later the whole reading again, or a few segments of
it without touching the rest (the file is memory-mapped). One row per segment; what
belongs to the reading as a whole lies in the schema's metadata. The contents of derived
objects are not inside, only their digests: the ``ObjectStore`` has the bytes.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from clerestory.errors import StoreCorrupt
from clerestory.storing import codec
from clerestory.storing.objects import ObjectStore
from clerestory.types import DerivedObject, PageInfo, Reading, Segment

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA_VERSION = 1
_ROWS_PER_BATCH = 1024
_OPEN_FILES = 128  # maps kept open: a search looks at far fewer readings
# Damaged documents hold halves of surrogate pairs, which UTF-8 cannot write. A replacement
# of equal length keeps every position right.
_SURROGATES = re.compile("[\ud800-\udfff]")


class ReadingStore:
    """The folder of readings. Safe to use from several threads."""

    def __init__(self, folder: Path, *, temporary: Path) -> None:
        self.files = ObjectStore(folder, temporary=temporary, suffix=".arrow")
        self._open: OrderedDict[str, _OpenReading] = OrderedDict()
        self._lock = threading.Lock()

    def write(self, reading: Reading) -> str:
        """The reading's digest; it is on the disk when this returns.

        Raises:
            DiskFull
        """
        return self.files.put(_encode(reading))

    def load(self, digest: str) -> Reading:
        """The whole reading; its objects have ``content=b""``.

        Raises:
            StoreCorrupt: the file is missing or damaged.
        """
        found = self._opened(digest)
        return replace(found.head(), segments=tuple(found.rows(range(found.length))))

    def head(self, digest: str) -> Reading:
        """The reading without its segments.

        Raises:
            StoreCorrupt
        """
        return self._opened(digest).head()

    def segments(self, digest: str, rows: Sequence[int]) -> list[Segment]:
        """The segments at these rows (0 is the first), in the order asked for.

        Raises:
            StoreCorrupt: also when the reading has no such row.
        """
        return self._opened(digest).rows(rows)

    def verify(self, digest: str) -> bool:
        """Whether the file is there and its bytes are what its name says."""
        return self.files.verify(digest)

    def all(self) -> Iterable[str]:
        return self.files.all()

    def delete(self, digests: Sequence[str]) -> None:
        """Forget them for good; close them first, since some systems keep mapped files."""
        with self._lock:
            for digest in digests:
                self._open.pop(digest, None)
        self.files.delete(digests)

    def close(self) -> None:
        with self._lock:
            self._open.clear()

    def _opened(self, digest: str) -> _OpenReading:
        with self._lock:
            found = self._open.get(digest)
            if found is None:
                found = self._open[digest] = _OpenReading(self.files.path(digest))
                if len(self._open) > _OPEN_FILES:
                    self._open.popitem(last=False)
            else:
                self._open.move_to_end(digest)
            return found


class _OpenReading:
    """One mapped file."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        self.path = path
        try:
            # As one buffer over the map: a file would be read through Arrow's pool of threads.
            self._reader = pa.ipc.open_file(pa.memory_map(str(path)).read_buffer())
        except FileNotFoundError as error:
            raise _corrupt("a reading is missing", path) from error
        except (pa.ArrowInvalid, OSError) as error:
            raise _corrupt("a reading is damaged", path) from error
        self._metadata = self._reader.schema.metadata or {}
        if int(self._metadata.get(b"schema", b"0")) != SCHEMA_VERSION:
            raise _corrupt("a reading has an unknown format", path)
        self.length = int(self._metadata[b"segments"])

    def head(self) -> Reading:
        return _unpack_head(json.loads(self._metadata[b"reading"]))

    def rows(self, rows: Sequence[int]) -> list[Segment]:
        import pyarrow as pa

        parts: dict[int, Segment] = {}
        for batch_number in sorted({row // _ROWS_PER_BATCH for row in rows}):
            wanted = [row for row in rows if row // _ROWS_PER_BATCH == batch_number]
            first = batch_number * _ROWS_PER_BATCH
            try:
                batch = self._reader.get_batch(batch_number)
                taken = batch.take(pa.array([row - first for row in wanted], pa.int64()))
            except (pa.ArrowInvalid, IndexError, OSError, ValueError) as error:
                raise _corrupt("a reading has no such segment or is damaged", self.path) from error
            columns = [taken.column(name).to_pylist() for name in _COLUMNS]
            for row, values in zip(wanted, zip(*columns, strict=True), strict=True):
                parts[row] = _unpack_segment(values)
        return [parts[row] for row in rows]


def _corrupt(what: str, path: Path) -> StoreCorrupt:
    return StoreCorrupt(what, where=str(path), fix="Run `clerestory verify`; adding the file again heals it.")


# Order matters: _pack_segment and _unpack_segment follow it.
_COLUMNS = (
    *("id", "kind", "text", "locator", "order", "context", "caption", "language", "origin"),
    *("lines", "table", "objects", "attributes"),
)


def _schema() -> pa.Schema:
    import pyarrow as pa

    texts = pa.list_(pa.string())
    types = {"order": pa.int32(), "context": texts, "objects": texts}
    return pa.schema([(name, types.get(name, pa.string())) for name in _COLUMNS])


def _encode(reading: Reading) -> bytes:
    import pyarrow as pa

    head = codec.dumps(_pack_head(reading))
    metadata: dict[bytes | str, bytes | str] = {
        "schema": str(SCHEMA_VERSION),
        "segments": str(len(reading.segments)),
        "reading": _clean(head),
    }
    schema = _schema().with_metadata(metadata)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema) as writer:
        for start in range(0, len(reading.segments), _ROWS_PER_BATCH):
            rows = [_pack_segment(segment) for segment in reading.segments[start : start + _ROWS_PER_BATCH]]
            arrays = [
                pa.array(column, field.type)
                for column, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return cast(bytes, sink.getvalue().to_pybytes())


def _clean(text: str) -> str:
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _pack_segment(segment: Segment) -> tuple[Any, ...]:
    return (
        _clean(segment.id),
        segment.kind,
        _clean(segment.text),
        _clean(codec.dumps(codec.pack_locator(segment.locator))),
        segment.order,
        [_clean(heading) for heading in segment.context],
        _clean(segment.caption),
        _clean(segment.language),
        segment.origin,
        _clean(codec.dumps(codec.pack_lines(segment.lines))) if segment.lines else None,
        None if segment.table is None else _clean(codec.dumps(codec.pack_table(segment.table))),
        [_clean(digest) for digest in segment.objects],
        _clean(codec.dumps(dict(segment.attributes))) if segment.attributes else None,
    )


def _unpack_segment(values: tuple[Any, ...]) -> Segment:
    (identity, kind, text, locator, order, context, caption, language, origin, *rest) = values
    lines, table, objects, attributes = rest
    return Segment(
        id=identity,
        kind=kind,
        text=text,
        locator=codec.unpack_locator(json.loads(locator)),
        order=order,
        context=tuple(context),
        caption=caption,
        language=language,
        origin=origin,
        lines=codec.unpack_lines(json.loads(lines)) if lines else (),
        table=codec.unpack_table(json.loads(table)) if table else None,
        objects=tuple(objects),
        attributes=json.loads(attributes) if attributes else {},
    )


def _pack_head(reading: Reading) -> dict[str, Any]:
    return {
        "asset": reading.asset,
        "media_type": reading.media_type,
        "reader": reading.reader,
        "version": reading.version,
        "settings": reading.settings,
        "title": reading.title,
        "metadata": dict(reading.metadata),
        "pages": [[page.number, page.width_pt, page.height_pt, page.label] for page in reading.pages],
        "objects": [
            [item.digest, item.media_type, item.role, codec.pack_optional(item.locator)]
            for item in reading.objects
        ],
        "ledger": [codec.pack_ledger_line(line) for line in reading.ledger],
        "ocr_requests": [codec.pack_request(request) for request in reading.ocr_requests],
        "media_requests": [codec.pack_request(request) for request in reading.media_requests],
    }


def _unpack_head(head: Mapping[str, Any]) -> Reading:
    return Reading(
        **{name: head[name] for name in ("asset", "media_type", "reader", "version", "settings", "title")},
        metadata=head["metadata"],
        pages=tuple(PageInfo(*page) for page in head["pages"]),
        objects=tuple(
            DerivedObject(digest, media_type, role, b"", codec.unpack_optional(where))
            for digest, media_type, role, where in head["objects"]
        ),
        ledger=tuple(codec.unpack_ledger_line(line) for line in head["ledger"]),
        ocr_requests=tuple(codec.unpack_ocr_request(request) for request in head["ocr_requests"]),
        # Readings of libraries that knew no media lack it.
        media_requests=tuple(codec.unpack_media_request(one) for one in head.get("media_requests", ())),
    )
