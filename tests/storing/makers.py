"""Small readings and rows for the store's tests, and hypothesis strategies over the types."""

import hashlib

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from clerestory.storing.index import page_schema, segment_schema
from clerestory.types import (
    Box,
    CellRange,
    CharRange,
    DerivedObject,
    LedgerLine,
    Line,
    MediaRequest,
    OcrRequest,
    PageBox,
    PageInfo,
    Reading,
    Region,
    Row,
    Segment,
    Slide,
    Space,
    Table,
    TimeSpan,
)

SPACE = Space("bytes", "0123456789abcdef", 8)


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def reading(name: str = "a", *, version: str = "1", segments: int = 2, **facts) -> Reading:
    return Reading(
        asset=digest(name),
        media_type=facts.pop("media_type", "text/plain"),
        reader="text",
        version=version,
        settings="s",
        segments=tuple(
            Segment(f"{name}-{version}-{row}", "text", f"words {row}", PageBox(row + 1), row)
            for row in range(segments)
        ),
        **facts,
    )


def rows(reading_name: str, terms: list[str], *, vectors=None, **columns) -> pa.Table:
    """Segments of one reading, with any column replaced."""
    count = len(terms)
    if vectors is None:
        vectors = [unit(len(text), 1) for text in terms]
    filled = {
        "segment_id": [f"{reading_name}/{row}" for row in range(count)],
        "reading": [reading_name] * count,
        "row": list(range(count)),
        "asset": ["A"] * count,
        "place": [f"p{row + 1}" for row in range(count)],
        "kind": ["text"] * count,
        "language": ["en"] * count,
        "terms": terms,
        "vector": vectors,
        "tokens": [bytes([row % 256]) * 4 for row in range(count)],
    } | columns
    schema = segment_schema(SPACE.dimension)
    return pa.table([pa.array(filled[name], schema.field(name).type) for name in schema.names], schema=schema)


def pages(reading_name: str, terms: list[str], *, asset: str = "A") -> pa.Table:
    count = len(terms)
    columns = [[reading_name] * count, [asset] * count, [f"p{n + 1}" for n in range(count)], terms]
    return pa.table(columns, schema=page_schema())


def unit(*values: float) -> list[float]:
    vector = np.zeros(SPACE.dimension, np.float32)
    vector[: len(values)] = values
    return list(vector / np.linalg.norm(vector))


_share = st.floats(0, 1)
_text = st.text(max_size=30)
_digest = _text.map(digest)
boxes = st.builds(
    lambda a, b, c, d: Box(min(a, b), min(c, d), max(a, b), max(c, d)), _share, _share, _share, _share
)
_number = st.integers(1, 99_999)
_seconds = st.floats(0, 1e6)
locators = st.one_of(
    st.builds(PageBox, _number, boxes),
    st.builds(Slide, _number, boxes),
    st.builds(Region, boxes),
    st.builds(TimeSpan, _seconds, _seconds, st.none() | boxes),
    st.builds(CharRange, st.integers(0, 10**9), st.integers(0, 10**9)),
    st.builds(CellRange, _text, _text, _text),
)
_texts = st.lists(_text, max_size=3).map(tuple)
lines = st.builds(Line, st.integers(0, 99), st.integers(0, 99), locators, _share)
_row = st.builds(Row, _texts, st.none() | locators)
tables = st.builds(Table, st.lists(_row, max_size=3).map(tuple), st.integers(0, 3))
_facts = st.dictionaries(_text, _text, max_size=3)
segments = st.builds(
    Segment,
    id=_text,
    kind=st.sampled_from(["text", "table", "figure", "picture", "code", "passage", "scene"]),
    text=_text,
    locator=locators,
    order=st.integers(0, 10**6),
    context=_texts,
    caption=_text,
    language=st.sampled_from(["und", "en", "zh"]),
    origin=st.sampled_from(["native", "ocr", "speech", "none"]),
    lines=st.lists(lines, max_size=3).map(tuple),
    table=st.none() | tables,
    objects=st.lists(_digest, max_size=2).map(tuple),
    attributes=_facts,
)
ledger_lines = st.builds(
    LedgerLine,
    code=_text,
    severity=st.sampled_from(["info", "warning", "error"]),
    kind=st.sampled_from(["file", "page", "figure"]),
    reason=_text,
    locator=st.none() | locators,
    text=_text,
)
requests = st.builds(OcrRequest, locators, st.floats(0, 9), _text, object=_text, context=_texts)
media_requests = st.builds(
    MediaRequest,
    st.sampled_from(["listen", "watch"]),
    st.builds(TimeSpan, _seconds, _seconds),
    st.floats(0, 9),
    _text,
)
objects = st.builds(DerivedObject, _digest, _text, _text, st.just(b""), st.none() | locators)
readings = st.builds(
    Reading,
    asset=_digest,
    media_type=_text,
    reader=_text,
    version=_text,
    settings=_text,
    title=_text,
    metadata=_facts,
    pages=st.lists(st.builds(PageInfo, _number, _share, _share, _text), max_size=2).map(tuple),
    segments=st.lists(segments, max_size=4).map(tuple),
    objects=st.lists(objects, max_size=2).map(tuple),
    ledger=st.lists(ledger_lines, max_size=2).map(tuple),
    ocr_requests=st.lists(requests, max_size=2).map(tuple),
    media_requests=st.lists(media_requests, max_size=2).map(tuple),
)
