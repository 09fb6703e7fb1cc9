"""The words of Clerestory as immutable values.

What goes in and out of every room: locators, segments, readings, ledger lines,
hits and answers. This module knows no file format, store or model.

Conventions: boxes are ``(x0, y0, x1, y1)`` in 0..1 from the top left of the page,
slide or picture as a person sees it (after rotation); pages and slides count
from 1; times are seconds; character positions are Unicode code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple


class Box(NamedTuple):
    """A rectangle in 0..1 from the top left; ``x0 <= x1`` and ``y0 <= y1``."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def area(self) -> float:
        return max(0.0, self.x1 - self.x0) * max(0.0, self.y1 - self.y0)


WHOLE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class PageBox:
    """A box on a page of a paged document; ``WHOLE`` is the page itself."""

    page: int
    box: Box = WHOLE


@dataclass(frozen=True, slots=True)
class Slide:
    """A box on a slide of a presentation; ``WHOLE`` is the slide itself."""

    number: int
    box: Box = WHOLE


@dataclass(frozen=True, slots=True)
class Region:
    """A box in a picture; ``WHOLE`` is the picture itself."""

    box: Box = WHOLE


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """Seconds as a player shows them, with a box when it is about the picture."""

    start_s: float
    end_s: float
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class CharRange:
    """Code points ``start`` to ``end`` (exclusive) of the asset's extracted text.

    For a plain text file that is the decoded file. For a document without pages
    (HTML, EPUB, DOCX, ODT, RTF) it is the text kept as the reading's ``text`` object.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CellRange:
    """Cells ``first`` to ``last`` (inclusive, as in "B3") of one sheet."""

    sheet: str
    first: str
    last: str


Locator = PageBox | Slide | Region | TimeSpan | CharRange | CellRange

SegmentKind = Literal[
    "text",  # one or more paragraphs under one heading
    "table",  # a table, or a run of rows of a long one
    "figure",  # a figure of a document: crop, caption, text inside
    "picture",  # an image file as a whole, or a picture embedded in a flowing document
    "code",  # source code or a code block
    "passage",  # spoken
    "scene",  # filmed
    "sound",  # heard, without words: music, rain, a machine
]
TextOrigin = Literal["native", "ocr", "speech", "none"]


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of a segment's text with its own place (for exact quoting).

    ``start`` and ``end`` are code points in ``Segment.text``; ``confidence`` is 0..1
    for text that was recognised and 1 for text that the file holds.
    """

    start: int
    end: int
    locator: Locator
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table and, where it has one of its own, its place."""

    cells: tuple[str, ...]
    locator: Locator | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in order; the first ``header_rows`` of them are the header."""

    rows: tuple[Row, ...]
    header_rows: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """The smallest thing that is found and cited.

    ``context`` holds the title and headings above it, outermost first, and for a
    figure or table its caption is in ``caption`` (and is searched with the text).
    ``objects`` are digests of pictures of it (crop first). ``attributes`` are plain
    facts that a filter may ask for.
    """

    id: str
    kind: SegmentKind
    text: str
    locator: Locator
    order: int
    context: tuple[str, ...] = ()
    caption: str = ""
    language: str = "und"
    origin: TextOrigin = "native"
    lines: tuple[Line, ...] = ()
    table: Table | None = None
    objects: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DerivedObject:
    """Bytes made from an asset, kept by the SHA-256 of their content.

    ``role`` says what they are: ``crop``, ``page``, ``embedded``, ``thumbnail``, ``text``; of
    recordings and videos ``waveform``, ``spectrogram``, ``keyframe``, ``strip`` (a moving
    preview of a scene), ``cover`` and ``facts`` (what the container says, as JSON).
    """

    digest: str
    media_type: str
    role: str
    content: bytes = field(repr=False)
    locator: Locator | None = None


LedgerKind = Literal["file", "page", "slide", "sheet", "figure", "table", "picture", "text", "time"]
Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One thing that was not read or not understood, and why.

    ``code`` is a stable short name (``hidden-text``, ``no-text-found``, ``decorative``,
    an error's class name, …); ``text`` keeps what must not be mixed into segments.
    """

    code: str
    severity: Severity
    kind: LedgerKind
    reason: str
    locator: Locator | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class OcrRequest:
    """A place whose text has to be recognised; higher ``priority`` is read first.

    ``object`` is the digest of the picture to read, or empty when the place is to be
    rendered from the asset itself (a page or a box of it, or the picture file).
    """

    locator: Locator
    priority: float
    reason: str
    object: str = ""
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaRequest:
    """A stretch of a recording or video to be heard or watched; higher ``priority`` first.

    ``locator`` is the stretch as it was planned. Where exactly a heard stretch begins and
    ends is decided by whoever listens: at the quietest moment near the planned one.
    """

    kind: Literal["listen", "watch"]
    locator: TimeSpan
    priority: float
    reason: str


@dataclass(frozen=True, slots=True)
class PageInfo:
    """A page or slide: its number from 1 and its size in points (1/72 inch)."""

    number: int
    width_pt: float
    height_pt: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader made of one asset. Immutable.

    ``metadata`` holds facts of the file itself (title, author, created, licence,
    attribution, camera, latitude, longitude, …), all as text.
    """

    asset: str
    media_type: str
    reader: str
    version: str
    settings: str  # digest of the settings that mattered
    title: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[PageInfo, ...] = ()
    segments: tuple[Segment, ...] = ()
    objects: tuple[DerivedObject, ...] = ()
    ledger: tuple[LedgerLine, ...] = ()
    ocr_requests: tuple[OcrRequest, ...] = ()
    media_requests: tuple[MediaRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class Space:
    """A vector space. A vector without its space is an error."""

    encoder: str
    digest: str
    dimension: int

    @property
    def name(self) -> str:
        """A short name that is safe as a folder name, e.g. ``minilm-l6-int8-1a2b3c4d-384``."""
        return f"{self.encoder}-{self.digest[:8]}-{self.dimension}"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place where an asset was seen. ``path`` is absolute."""

    asset: str
    path: str
    size: int
    mtime_ns: int
    licence: str = ""
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which segments may answer. Empty fields do not restrict.

    ``path`` is a glob over occurrence paths; ``after`` and ``before`` are ISO dates
    compared with the asset's own time (taken, created, else file time), inclusive;
    ``metadata`` are exact matches on reading metadata.
    """

    kinds: tuple[SegmentKind, ...] = ()
    media_types: tuple[str, ...] = ()  # "application/pdf", or a family such as "image/*"
    path: str = ""
    languages: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()  # SHA-256 digests
    after: str = ""
    before: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: words, pictures, sounds, or a sum of them.

    ``images`` and ``audio`` are whole files. Words beside pictures change what is looked for
    ("this, but in snow"); ``without`` names what must not be in it. ``region`` is the part of
    the first picture that is meant. What is said in ``audio`` is searched as words, what only
    sounds as a sound.
    """

    text: str = ""
    images: tuple[bytes, ...] = ()
    audio: tuple[bytes, ...] = ()
    without: tuple[str, ...] = ()
    region: Box | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A segment that answers a query.

    ``score`` orders hits of one search; ``parts`` says what it is made of (by name:
    ``words``, ``page-words``, ``vector``, ``tokens``, …). ``also`` are the ids of
    segments folded into this hit (same page, near-duplicates). ``occurrences`` are the
    places of the asset, newest first. ``neighbours`` are segments before and after it in
    reading order, when they were asked for. ``focus`` is where in a segment of a recording
    or video the answer most likely is: the sentence that is said or the line that is written.

    ``probability`` is the calibrated chance that a hit found by what pictures show fits the
    query; None where nothing of the kind is known. ``pictures`` are digests of the pictures
    that matched, best first (the asset's own for a picture file), and ``regions`` the parts of
    the first of them that the words are about.
    """

    segment: Segment
    asset: str
    title: str
    media_type: str
    score: float
    parts: Mapping[str, float]
    occurrences: tuple[Occurrence, ...]
    also: tuple[str, ...] = ()
    neighbours: tuple[Segment, ...] = ()
    focus: Locator | None = None
    probability: float | None = None
    regions: tuple[Region, ...] = ()
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, and what a person should know about the search (``notes``).

    ``matched`` is the calibrated chance that any picture of the library shows what is asked;
    None where that was not judged. Where nothing matches there are no hits, and ``closest`` are
    the pictures that came nearest. ``heard`` are the words that were said in the query's sound.
    """

    query: Query
    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    matched: float | None = None
    closest: tuple[Hit, ...] = ()
    heard: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures of a library that belong together: copies of one, or those of a cluster.

    ``hits`` are the ones that stand for it, the first before all; ``size`` is how many there
    are. ``likeness`` is the least cosine to the first of copies, and the mean cosine to the
    middle of a cluster.
    """

    hits: tuple[Hit, ...]
    size: int
    likeness: float


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence stands: a verbatim quote and its place."""

    hit: Hit
    quote: str
    locator: Locator
    objects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences with citations, or none and what came closest.

    ``found`` is False when nothing in the library fits; ``searched`` then says what was
    looked at and ``closest`` what came nearest.
    """

    question: str
    found: bool
    sentences: tuple[Sentence, ...]
    writer: str
    searched: str = ""
    closest: tuple[Hit, ...] = ()
    notes: tuple[str, ...] = ()
