"""PDF documents: bytes in, a Reading out.

Two passes. The first takes plain values out of PDFium, page by page (``pages``). The second, knowing
all pages, tells furniture, headings, tables and figures from text and makes blocks (``layout``).
A damaged page costs a ledger line, not the document. PDFium is not thread-safe: one thread reads.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

from clerestory.reading.assembling import assemble
from clerestory.reading.blocks import Block
from clerestory.reading.ledger import note
from clerestory.reading.pdf.aside import set_aside
from clerestory.reading.pdf.blocks import blocks_of
from clerestory.reading.pdf.crops import crops_of
from clerestory.reading.pdf.document import attachments_of, label_of, metadata_of, opened, outline_of
from clerestory.reading.pdf.drawings import repeated_pictures
from clerestory.reading.pdf.furniture import furniture_of, page_number
from clerestory.reading.pdf.headings import levels_of, styles_of
from clerestory.reading.pdf.layout import Layout, kept_by_tables, layout_of
from clerestory.reading.pdf.loaded import LoadedPages
from clerestory.reading.pdf.pages import PageContent, body_size, content_of
from clerestory.reading.pdf.paragraphs import compounds_of
from clerestory.reading.pdf.requests import requests_of
from clerestory.reading.pdf.rights import rights_in
from clerestory.reading.pdf.rules import rules_of
from clerestory.reading.pdf.titles import title_of
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import DerivedObject, LedgerLine, OcrRequest, PageBox, PageInfo, Reading

READER = "pdf"
VERSION = "1"


def read(source: Source, settings: ReadingSettings, media_type: str = "application/pdf") -> Reading:
    """The document's reading.

    Raises:
        EmptyFile, TooLarge, FileVanished, FileDenied, WrongPassword, UnreadableFile
    """
    with opened(source, settings) as document, closing(LoadedPages(document)) as loaded:
        return _read(document, loaded, source, settings, media_type)


def _read(
    document: Any, loaded: LoadedPages, source: Source, settings: ReadingSettings, media_type: str
) -> Reading:
    ledger: list[LedgerLine] = []
    metadata = {**rights_in(source.path), **metadata_of(document)}
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
        info, content, lines = _content(document, loaded, index, settings)
        pages.append(info)
        ledger.extend(lines)
        if content is not None:
            contents.append(content)

    size = body_size(contents)
    furniture = furniture_of([(content.view, content.fragments) for content in contents], size)
    rules = [rules_of(content.drawings.drawn) for content in contents]
    for content, lined, out in zip(contents, rules, furniture, strict=True):
        out -= kept_by_tables(content, lined, out)
    compounds = compounds_of(word.text for content in contents for f in content.fragments for word in f.words)
    repeated = repeated_pictures([content.drawings for content in contents])
    layouts = [
        layout_of(content, lined, out, compounds=compounds, repeated=repeated, body_size=size)
        for content, lined, out in zip(contents, rules, furniture, strict=True)
    ]
    styles = styles_of([layout.paragraphs for layout in layouts], size)

    blocks: list[Block] = []
    objects: list[DerivedObject] = []
    requests: list[OcrRequest] = []
    for content, out, layout in zip(contents, furniture, layouts, strict=True):
        view = content.view
        crops, lines = _crops(loaded, content, layout, settings)
        objects.extend(crops)
        ledger.extend(lines)
        entries = [entry for entry in outline if entry.page == view.number]
        levels = levels_of(layout.paragraphs, styles, entries)
        blocks.extend(blocks_of(layout, levels, view, origin="ocr" if content.scan else "native"))
        ledger.extend(set_aside(content, out, layout))
        asked = requests_of(content, out, layout, thin_words=settings.ocr_thin_words)
        requests.extend(asked)
        if not asked and not content.words and not content.drawings.drawn:
            ledger.append(
                note("blank-page", "page", "nothing is printed on it", locator=PageBox(view.number))
            )
    return assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=title_of(metadata.get("title", ""), [layout.paragraphs for layout in layouts[:2]], size),
        metadata=metadata,
        pages=_labelled(pages, contents, furniture),
        blocks=blocks,
        objects=objects,
        ledger=ledger,
        ocr_requests=requests,
    )


def _content(
    document: Any, loaded: LoadedPages, index: int, settings: ReadingSettings
) -> tuple[PageInfo, PageContent | None, list[LedgerLine]]:
    """One page's content, or the ledger line that says why there is none."""
    import pypdfium2

    number = index + 1
    width = height = 0.0
    failed = "the page cannot be loaded"
    try:
        with loaded.page(index) as page:
            width, height = page.get_size()
            failed = "its text cannot be loaded"
            content = content_of(page, number, thin_words=settings.ocr_thin_words)
            drawn = content.drawings
            if drawn.drawn or content.fragments:  # else there will be nothing to make a picture of
                pixels = sum(item.pixels[0] * item.pixels[1] for item in drawn.drawn)
                loaded.keep(index, page, objects=len(drawn.drawn) + len(drawn.text_order), pixels=pixels)
    except pypdfium2.PdfiumError as error:
        where = PageBox(number)
        line = note("damaged-page", "page", f"{failed} ({error})", locator=where, severity="error")
        return PageInfo(number, width, height), None, [line]
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


def _crops(
    loaded: LoadedPages, content: PageContent, layout: Layout, settings: ReadingSettings
) -> tuple[list[DerivedObject], list[LedgerLine]]:
    """Pictures of the page's figures and tables; a page that cannot be drawn costs them, not the text."""
    import pypdfium2

    view = content.view
    try:
        if not layout.regions:
            return [], []
        with loaded.page(view.number - 1) as page:
            side, most = settings.crop_longest_side, settings.max_pixels
            return crops_of(page, view, layout.regions, longest_side=side, max_pixels=most), []
    except pypdfium2.PdfiumError as error:
        reason = f"its figures cannot be drawn ({error})"
        return [], [note("not-drawn", "page", reason, locator=PageBox(view.number), severity="warning")]
    finally:
        loaded.drop(view.number - 1)


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
