"""Recognised text put into a reading, which becomes a richer reading.

Pure. The text of a figure or picture goes into its segment, with a place for each line;
text of a page becomes text segments. Lines over native text are dropped, for that text is
already there. Segments that do not change keep their id, finished requests leave the
reading, and a place where nothing was found becomes a ledger line.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from clerestory.reading.boxes import box_of, holds, middle, shared, within
from clerestory.reading.language import detect
from clerestory.reading.ledger import note
from clerestory.reading.ocr_layout import PlacedLine, joined, paragraphs
from clerestory.reading.recognition import Recognition
from clerestory.reading.segmenting import build_segments, segment_id
from clerestory.reading.sentences import count_words
from clerestory.settings import ReadingSettings
from clerestory.types import (
    WHOLE,
    Box,
    CellRange,
    LedgerKind,
    LedgerLine,
    Line,
    Locator,
    OcrRequest,
    PageBox,
    Reading,
    Region,
    Segment,
    Severity,
    Slide,
)

LONG_TEXT = 2  # times segment_words: a picture with more words is a page of text
BACKGROUND_AREA = 0.5  # a figure that covers more of a page is what the text is printed on
COVERED = 0.5  # share of a recognised line that native text covers when both are the same text
LOW_CONFIDENCE = 0.6  # mean of a segment's lines; below it a person should look
NATIVE = 1.0  # confidence of text that the file itself holds; recognised text stays below it


def merge(reading: Reading, recognitions: Sequence[Recognition], settings: ReadingSettings) -> Reading:
    """The reading with recognised text in it; recognitions it never asked for are left out."""
    found = {_key(one.request): one for one in recognitions}
    done = [found[_key(request)] for request in reading.ocr_requests if _key(request) in found]
    if not done:
        return reading
    segments, ledger = list(reading.segments), list(reading.ledger)
    language = _main_language(segments)
    # Pages first: a figure that is read for itself as well is read closer up, and replaces.
    for one in sorted(done, key=lambda one: bool(one.request.object) or not _is_page(one.request.locator)):
        if one.error:
            ledger.append(_line("not-recognised", one.request, f"could not be looked at: {one.error}"))
        elif not any(_says_something(line.text) for line in one.lines):
            ledger.append(_line("no-text-found", one.request, "OCR found no text here"))
        elif targets := _targets(segments, one.request):
            for identity in targets:
                segments = _into_picture(segments, identity, one, reading, settings, language)
        else:
            segments = _into_page(segments, one, reading, settings, language)
    segments = _numbered(segments)
    old = {segment.id for segment in reading.segments}
    ledger += [_doubtful(segment) for segment in segments if segment.id not in old and _is_doubtful(segment)]
    rest = tuple(request for request in reading.ocr_requests if _key(request) not in found)
    return replace(reading, segments=tuple(segments), ledger=tuple(ledger), ocr_requests=rest)


def _targets(segments: Sequence[Segment], request: OcrRequest) -> list[str]:
    """Ids of the figures and pictures that the request is about."""
    pictures = [segment for segment in segments if segment.kind in ("figure", "picture")]
    if request.object:
        showing = [segment.id for segment in pictures if request.object in segment.objects]
        if showing:
            return showing
    return [segment.id for segment in pictures if segment.locator == request.locator]


def _into_picture(
    segments: list[Segment],
    identity: str,
    one: Recognition,
    reading: Reading,
    settings: ReadingSettings,
    language: str,
) -> list[Segment]:
    """The text inside the figure or picture, or beside it when it is a page of text."""
    index = next(i for i, segment in enumerate(segments) if segment.id == identity)
    segment = segments[index]
    native = [line for line in segment.lines if line.confidence >= NATIVE]
    lines = _uncovered(_placed(one, segment.locator), native)
    if not lines:
        return segments
    if sum(count_words(line.text) for line in lines) > LONG_TEXT * settings.segment_words:
        place = _place(segment.locator)
        context = segment.context
        texts = _text_segments(lines, place, context, reading, settings, language, segments)
        return segments[: index + 1] + texts + segments[index + 1 :]
    changed = _with_text(segment, native, lines, reading.asset, language, segments)
    return [*segments[:index], changed, *segments[index + 1 :]]


def _into_page(
    segments: list[Segment], one: Recognition, reading: Reading, settings: ReadingSettings, language: str
) -> list[Segment]:
    """Lines in figures go to them, lines over native text are dropped, the rest becomes text."""
    place = _place(one.request.locator)
    here = [segment for segment in segments if _place(segment.locator) == place and place is not None]
    native = [line for segment in here for line in segment.lines if line.confidence >= NATIVE]
    lines = _uncovered(_placed(one, one.request.locator), native)
    for figure in here:
        box = box_of(figure.locator)
        if figure.kind not in ("figure", "picture") or box is None or box.area > BACKGROUND_AREA:
            continue
        inside = [line for line in lines if holds(box, middle(line.locator))]
        lines = [line for line in lines if line not in inside]
        if inside and not any(line.confidence < NATIVE for line in figure.lines):
            own = [line for line in figure.lines if line.confidence >= NATIVE]
            changed = _with_text(figure, own, inside, reading.asset, language, segments)
            segments = [changed if segment.id == figure.id else segment for segment in segments]
    context = one.request.context or ((reading.title,) if reading.title else ())
    texts = _text_segments(lines, place, context, reading, settings, language, segments)
    index = _after(segments, place)
    return segments[:index] + texts + segments[index:]


def _text_segments(
    lines: Sequence[PlacedLine],
    place: int | str | None,
    context: tuple[str, ...],
    reading: Reading,
    settings: ReadingSettings,
    language: str,
    others: Sequence[Segment],
) -> list[Segment]:
    """Paragraphs of the lines as segments, without any that is there already."""
    present = {segment.id for segment in others}
    built = build_segments(
        paragraphs(lines, place=place), asset=reading.asset, settings=settings, language=language
    )
    return [
        replace(
            segment,
            context=context + tuple(heading for heading in segment.context if heading not in context),
            attributes={**segment.attributes, **_confidence(segment.lines)},
        )
        for segment in built
        if segment.id not in present
    ]


def _with_text(
    segment: Segment,
    native: Sequence[Line],
    lines: Sequence[PlacedLine],
    asset: str,
    language: str,
    others: Sequence[Segment],
) -> Segment:
    """The segment with its native text and, below it, the recognised lines."""
    own = (
        segment.text
        if segment.origin == "native"
        else segment.text[: max((x.end for x in native), default=0)]
    )
    text, parts = joined(lines, "\n")
    offset = len(own) + 1 if own else 0
    if own:
        text = f"{own}\n{text}"
    parts = (*native, *(Line(x.start + offset, x.end + offset, x.locator, x.confidence) for x in parts))
    present = {other.id for other in others if other.id != segment.id}
    repeat = 1
    while (
        identity := segment_id(
            asset, segment.kind, segment.locator, text=text, caption=segment.caption, repeat=repeat
        )
    ) in present:
        repeat += 1
    return replace(
        segment,
        id=identity,
        text=text,
        lines=parts,
        origin="ocr",
        language=detect([text], document=language)[0],
        attributes={**segment.attributes, **_confidence(parts)},
    )


def _placed(one: Recognition, locator: Locator) -> list[PlacedLine]:
    """The recognised lines that say something, at their places in the asset."""
    return [
        PlacedLine(line.text, line.box, _inside(locator, line.box), min(line.confidence, 0.999))
        for line in one.lines
        if _says_something(line.text)
    ]


def _inside(locator: Locator, box: Box) -> Locator:
    """The box of a picture as a place in the asset; places without boxes hold it whole."""
    match locator:
        case PageBox(page, outer):
            return PageBox(page, within(outer, box))
        case Slide(number, outer):
            return Slide(number, within(outer, box))
        case Region(outer):
            return Region(within(outer, box))
    return locator


def _uncovered(lines: Sequence[PlacedLine], native: Sequence[Line]) -> list[PlacedLine]:
    """The lines that native text with a box of its own does not already say."""
    boxes = [box for line in native if (box := box_of(line.locator)) is not None]
    rest = []
    for line in lines:
        box = box_of(line.locator)
        covered = sum(shared(box, other) for other in boxes) if box else 0.0
        if box is None or covered < COVERED * box.area or not box.area:
            rest.append(line)
    return rest


def _after(segments: Sequence[Segment], place: int | str | None) -> int:
    """Where text of this page belongs: after the last segment of it or of a page before it."""
    if not isinstance(place, int):
        return len(segments)
    before = [
        index
        for index, segment in enumerate(segments)
        if isinstance(number := _place(segment.locator), int) and number <= place
    ]
    return max(before, default=-1) + 1


def _place(locator: Locator) -> int | str | None:
    match locator:
        case PageBox(page, _):
            return page
        case Slide(number, _):
            return number
        case CellRange(sheet, _, _):
            return sheet
    return None


def _is_page(locator: Locator) -> bool:
    return isinstance(locator, (PageBox, Slide)) and locator.box == WHOLE


def _numbered(segments: Sequence[Segment]) -> list[Segment]:
    return [
        segment if segment.order == order else replace(segment, order=order)
        for order, segment in enumerate(segments)
    ]


def _main_language(segments: Sequence[Segment]) -> str:
    counts = Counter(segment.language for segment in segments if segment.language != "und")
    return counts.most_common(1)[0][0] if counts else "und"


def _says_something(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def _confidence(lines: Sequence[Line]) -> dict[str, str]:
    seen = [line.confidence for line in lines if line.confidence < NATIVE]
    return {"ocr_confidence": f"{statistics.mean(seen):.2f}"} if seen else {}


def _is_doubtful(segment: Segment) -> bool:
    return float(segment.attributes.get("ocr_confidence", "1")) < LOW_CONFIDENCE


def _doubtful(segment: Segment) -> LedgerLine:
    reason = f"recognised with low confidence ({segment.attributes['ocr_confidence']})"
    return note("low-confidence", "text", reason, locator=segment.locator)


def _line(code: str, request: OcrRequest, reason: str) -> LedgerLine:
    kind: LedgerKind = "picture"
    if _is_page(request.locator) and not request.object:
        kind = "page" if isinstance(request.locator, PageBox) else "slide"
    elif isinstance(request.locator, PageBox):
        kind = "figure"
    severity: Severity = "warning" if code == "not-recognised" else "info"
    return note(code, kind, reason, locator=request.locator, severity=severity)


def _key(request: OcrRequest) -> tuple[Locator, str]:
    return request.locator, request.object
