"""PDF documents: bytes in, a Reading out.

Two passes. The first takes plain values out of PDFium, page by page (``pages``). The second, knowing
all pages, tells furniture, headings, tables and figures from text and makes blocks (``layout``).
A damaged page costs a ledger line, not the document. PDFium is not thread-safe: one thread reads.
"""

from __future__ import annotations

from typing import Any

from clerestory.reading.assembling import assemble
from clerestory.reading.blocks import Block
from clerestory.reading.ledger import hidden_text, note
from clerestory.reading.pdf.document import attachments_of, label_of, metadata_of, opened, outline_of
from clerestory.reading.pdf.furniture import furniture_of, page_number
from clerestory.reading.pdf.geometry import union
from clerestory.reading.pdf.headings import levels_of, styles_of
from clerestory.reading.pdf.layout import blocks_of, paragraphs_on
from clerestory.reading.pdf.pages import PageContent, body_size, content_of, painted
from clerestory.reading.pdf.paragraphs import compounds_of
from clerestory.reading.pdf.requests import page_request
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import LedgerLine, OcrRequest, PageBox, PageInfo, Reading

READER = "pdf"
VERSION = "1"

_NOTED_GARBLE = 0.02  # share of characters; below, it is a bullet or an ornament


def read(source: Source, settings: ReadingSettings, media_type: str = "application/pdf") -> Reading:
    """The document's reading.

    Raises:
        EmptyFile, TooLarge, FileVanished, FileDenied, WrongPassword, UnreadableFile
    """
    with opened(source, settings) as document:
        return _read(document, source, settings, media_type)


def _read(document: Any, source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    ledger: list[LedgerLine] = []
    metadata = metadata_of(document)
    outline = outline_of(document)
    ledger.extend(
        note("attachment", "file", f"an embedded file was not read: {name}")
        for name in attachments_of(document)
    )
    count = len(document)
    if count > settings.max_pages:
        ledger.append(
            note(
                "too-many-pages",
                "file",
                f"pages {settings.max_pages + 1:,} to {count:,} were not read (reading.max_pages)",
                severity="warning",
            )
        )
    pages: list[PageInfo] = []
    contents: list[PageContent] = []
    for index in range(min(count, settings.max_pages)):
        info, content, lines = _content(document, index)
        pages.append(info)
        ledger.extend(lines)
        if content is not None:
            contents.append(content)

    size = body_size(contents)
    furniture = furniture_of([(content.view, content.fragments) for content in contents], size)
    compounds = compounds_of(word.text for content in contents for f in content.fragments for word in f.words)
    paragraphs = [
        paragraphs_on(content, out, compounds) for content, out in zip(contents, furniture, strict=True)
    ]
    styles = styles_of(paragraphs, size)

    blocks: list[Block] = []
    requests: list[OcrRequest] = []
    for content, out, found in zip(contents, furniture, paragraphs, strict=True):
        number = content.view.number
        entries = [entry for entry in outline if entry.page == number]
        blocks.extend(blocks_of(content, found, levels_of(found, styles, entries)))
        ledger.extend(_set_aside(content, out))
        request = page_request(
            content.view,
            words=content.words - sum(len(content.fragments[index].words) for index in out),
            garbled=bool(content.useless),
            scan=content.scan,
            pictures=painted(content),
            thin_words=settings.ocr_thin_words,
        )
        if request is not None:
            requests.append(request)
        elif not content.words and not content.drawings.drawn:
            ledger.append(note("blank-page", "page", "nothing is printed on it", locator=PageBox(number)))
    return assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=metadata.get("title", ""),
        metadata=metadata,
        pages=_labelled(pages, contents, furniture),
        blocks=blocks,
        ledger=ledger,
        ocr_requests=requests,
    )


def _content(document: Any, index: int) -> tuple[PageInfo, PageContent | None, list[LedgerLine]]:
    """One page's content, or the ledger line that says why there is none."""
    import pypdfium2

    number = index + 1
    try:
        page = document[index]
    except pypdfium2.PdfiumError as error:
        line = note(
            "damaged-page",
            "page",
            f"the page cannot be loaded ({error})",
            locator=PageBox(number),
            severity="error",
        )
        return PageInfo(number, 0.0, 0.0), None, [line]
    try:
        content = content_of(page, number)
    except pypdfium2.PdfiumError as error:
        width, height = page.get_size()
        line = note(
            "damaged-page",
            "page",
            f"its text cannot be loaded ({error})",
            locator=PageBox(number),
            severity="error",
        )
        return PageInfo(number, width, height), None, [line]
    finally:
        page.close()
    lines: list[LedgerLine] = []
    if content.cut:
        lines.append(
            note(
                "page-cut",
                "page",
                "the page holds more characters or drawings than are read",
                locator=PageBox(number),
                severity="warning",
            )
        )
    info = PageInfo(number, content.view.width, content.view.height, label_of(document, index))
    return info, content, lines


def _set_aside(content: PageContent, furniture: set[int]) -> list[LedgerLine]:
    """Ledger lines for what stands on the page and goes into no segment."""
    view = content.view
    lines: list[LedgerLine] = []
    reasons: dict[str, list[Any]] = {}
    for why, word in content.hidden:
        reasons.setdefault(why, []).append(word)
    for reason, words in reasons.items():
        rect = union(word.rect for word in words)
        place = view.locator(rect) if reason != "off the page" else PageBox(view.number)
        lines.append(hidden_text(" ".join(word.text for word in words), reason, locator=place))
    if furniture:
        fragments = [content.fragments[index] for index in sorted(furniture)]
        text = "\n".join(fragment.text for fragment in fragments)
        lines.append(
            note(
                "furniture",
                "text",
                "a header, footer or page number that repeats",
                locator=view.locator(union(fragment.rect for fragment in fragments)),
                text=text,
            )
        )
    if content.scan:
        lines.append(
            note(
                "ocr-text-layer",
                "page",
                "a scan with the text layer of the scanner's software, used as its text",
                locator=PageBox(view.number),
            )
        )
    if content.garbled > _NOTED_GARBLE:
        lines.append(
            note(
                "garbled-text",
                "text",
                f"{content.garbled:.0%} of the characters have no Unicode meaning"
                + ("; the text layer is not used" if content.useless else ""),
                locator=PageBox(view.number),
                text=" ".join(word.text for word in content.useless),
                severity="warning",
            )
        )
    return lines


def _labelled(
    pages: list[PageInfo], contents: list[PageContent], furniture: list[set[int]]
) -> list[PageInfo]:
    """Labels from the document, else the numbers printed on the pages where those run in step."""
    if any(page.label for page in pages):
        return pages
    printed: dict[int, str] = {}
    for content, out in zip(contents, furniture, strict=True):
        for index in out:
            number = page_number(content.fragments[index].text)
            if number.isdigit():
                printed[content.view.number] = number
    offsets = [int(label) - number for number, label in printed.items()]
    if not offsets:
        return pages
    usual = max(set(offsets), key=offsets.count)
    if usual == 0 or offsets.count(usual) < 3:
        return pages
    return [
        PageInfo(page.number, page.width_pt, page.height_pt, printed[page.number])
        if printed.get(page.number) == str(page.number + usual)
        else page
        for page in pages
    ]
