"""Damaged documents and pictures end in a reading or in a typed error, never in anything else."""

import io
import random
import re
import zipfile

import docx
import openpyxl
import pytest
from PIL import Image
from pptx import Presentation
from tests.reading.office import picture, reading_of
from tests.reading.test_opendocument import package

from clerestory.errors import InputError

VALUES = (b'"-1"', b'""', b'"99999999999"', b'"x"', b'"0"', b'"1e9"', b'"A1:XFD1048576"', b'"nan"')
TEXTS = (b"", b"-1", b"9" * 25, b"nan", b"&amp;", b"inf", b"1E400")


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes with one to four places cut, doubled, or replaced by what a parser does not expect."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(max(1, len(content)))
        match chance.randrange(5):
            case 0:
                content = content[:at] + content[at + chance.randint(1, 40) :]
            case 1:
                content = _replaced(content, rb'"[^"]{0,12}"', chance.choice(VALUES), chance)
            case 2:
                content = _replaced(content, rb"<[^>]*/>", b"", chance)
            case 3:
                text = b">" + chance.choice(TEXTS) + b"<"
                content = _replaced(content, rb">[^<]{1,30}<", text, chance)
            case 4:
                content = content[:at] if chance.random() < 0.3 else content + content[at : at + 50]
    return content


def _replaced(content: bytes, pattern: bytes, by: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(pattern, content))
    if not found:
        return content
    one = chance.choice(found)
    return content[: one.start()] + by + content[one.end() :]


def _word() -> bytes:
    document = docx.Document()
    document.add_heading("Title", 1)
    table = document.add_table(2, 2, style="Table Grid")
    table.cell(0, 0).text, table.cell(1, 1).text = "a", "b"
    document.add_picture(picture())
    document.add_paragraph("item", style="List Number")
    return _saved(document)


def _deck() -> bytes:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Title"
    slide.shapes.add_table(2, 2, 0, 0, 10**6, 10**6).table.cell(0, 0).text = "a"
    slide.shapes.add_picture(picture(), 0, 0)
    slide.notes_slide.notes_text_frame.text = "note"
    return _saved(deck)


def _workbook() -> bytes:
    workbook = openpyxl.Workbook()
    for row in (["a", "b", "c"], [1, 2.5, "x"], ["=A2", None, "y"]):
        workbook.active.append(row)
    workbook.active.merge_cells("A4:C5")
    return _saved(workbook)


def _saved(document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    cell = "<table:table-cell table:number-columns-repeated='3'><text:p>1</text:p></table:table-cell>"
    sheet = f"<table:table table:name='S'><table:table-row>{cell}</table:table-row></table:table>"
    folder = tmp_path_factory.mktemp("whole")
    ods = package(folder / "a.ods", "spreadsheet", sheet).read_bytes()
    odt = package(
        folder / "a.odt", "text", "<text:h>T</text:h><text:p>a<text:s text:c='2'/>b</text:p>"
    ).read_bytes()
    return {"docx": _word(), "pptx": _deck(), "xlsx": _workbook(), "ods": ods, "odt": odt}


@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx", "ods", "odt"])
def test_documents_with_damaged_parts(tmp_path, documents, kind):
    path = tmp_path / f"file.{kind}"
    for seed in range(40):
        chance = random.Random(seed)
        with zipfile.ZipFile(io.BytesIO(documents[kind])) as old, zipfile.ZipFile(path, "w") as new:
            names = old.namelist()
            chosen = set(chance.sample(names, min(len(names), 3)))
            for name in names:
                content = old.read(name)
                new.writestr(name, damaged(content, chance) if name in chosen else content)
        try:
            reading_of(path)
        except InputError as error:
            assert error.what and error.where


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP"])
def test_pictures_with_damaged_bytes(tmp_path, form):
    whole = io.BytesIO()
    Image.open(picture()).convert("RGB").save(whole, form)
    path = tmp_path / "file"
    for seed in range(60):
        chance = random.Random(seed)
        content = bytearray(whole.getvalue())
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(
            bytes(content[: chance.randint(20, len(content))]) if seed % 4 == 0 else bytes(content)
        )
        try:
            reading_of(path)
        except InputError as error:
            assert error.what and error.where
