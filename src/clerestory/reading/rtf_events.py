"""Rich Text Format as a stream of what it says: text, paragraph ends, cells, pictures.

In: the bytes of a file. Out: events in order, each with the formatting that matters (hidden,
deleted, heading level, where it stands). Groups that say nothing to a reader (styles,
colours, field codes, foreign data) are passed over. Source: Microsoft RTF 1.9.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,40})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>[^a-zA-Z])|(?P<brace>[{}])|(?P<text>[^\\{}\r\n\x00]+)|[\r\n\x00]+",
    re.S,
)
MAX_DEPTH = 1_000
_SYMBOLS = {b"~": "\u00a0", b"_": "-", b"-": "", b"\n": "\n\n", b"\r": "\n\n"}
_WORDS = {
    **{"tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "bullet": "•"},
    **{"ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "lbr": "\n"},
}
_SKIPPED = {
    *("colortbl", "fldinst", "xe", "tc", "nonshppict", "themedata", "colorschememapping", "datastore"),
    *("objdata", "listtable", "listoverridetable", "rsidtbl", "generator", "filetbl", "revtbl"),
    *("latentstyles", "datafield", "xmlnstbl", "mmathPr", "pnseclvl", "sp", "template", "bkmkstart"),
    *("bkmkend", "blipuid", "picprop", "private", "falt", "panose", "objclass", "objname", "atrfstart"),
    *("atrfend", "ftnsep", "ftnsepc", "aftnsep", "aftnsepc"),
}
_STARRED = {
    *("shppict", "shpinst", "shptxt", "annotation", "atnauthor", "atnid", "fldrslt", "footnote"),
    *("listtext"),
}
_INFO = {"title", "author", "subject", "keywords", "doccomm", "company", "creatim"}
_ROLES = {
    **{name: "header" for name in ("header", "headerl", "headerr", "headerf")},
    **{name: "footer" for name in ("footer", "footerl", "footerr", "footerf")},
    **{"footnote": "footnote", "annotation": "comment"},
}
_CHARSETS = {
    **{0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5"},
    **{161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257"},
    **{204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp437"},
}

EventKind = Literal["text", "paragraph", "cell", "row", "picture", "object", "info"]


@dataclass(frozen=True, slots=True)
class Event:
    """``text`` is text, a picture's kind, or an info's value; ``role`` where it stands or an info's key."""

    kind: EventKind
    text: str = ""
    role: str = ""
    level: int = 0
    hidden: bool = False
    deleted: bool = False
    in_table: bool = False
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and may change."""

    place: str = "text"  # or "skip", "pict", "fonttbl", "stylesheet", "info", "label"
    role: str = ""
    info: str = ""
    hidden: bool = False
    deleted: bool = False
    in_table: bool = False
    level: int = 0
    font: int = -1
    unicode_skip: int = 1


@dataclass(slots=True)
class _Sheet:
    """Fonts' encodings and styles' heading levels, as the file's own tables state them."""

    encodings: dict[int, str] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)
    font: int = 0
    style: int = 0
    words: str = ""
    level: int = 0


def events(content: bytes) -> Iterator[Event]:
    """All events of the file, in order; a file that breaks off gives what came before."""
    state = _State()
    stack: list[_State] = []
    sheet = _Sheet()
    default = "cp1252"
    default_font = 0
    pending = bytearray()  # bytes of one encoding that belong together
    skip = 0  # characters after \u that stand for it in old programs
    starred = False
    picture: dict[str, object] = {}
    position = 0

    def said(text: str) -> Event | None:
        if state.place == "info" and state.info:
            return Event("info", text, state.info)
        if state.place in ("text", "label"):
            return Event(
                "text",
                text if state.place == "text" else text.replace("\t", " "),
                state.role,
                level=state.level,
                hidden=state.hidden,
                deleted=state.deleted,
                in_table=state.in_table,
            )
        if state.place == "stylesheet":
            sheet.words += text
        return None

    def flushed() -> Event | None:
        if not pending:
            return None
        font = state.font if state.font >= 0 else default_font
        encoding = sheet.encodings.get(font, default)
        text = bytes(pending).decode(encoding, "replace")
        pending.clear()
        return said(text)

    while match := _TOKEN.match(content, position):
        position = match.end()
        if match["byte"] is not None or match["text"] is not None:
            raw = bytes([int(match["byte"], 16)]) if match["byte"] else match["text"]
            if skip:
                dropped = min(skip, len(raw))
                skip, raw = skip - dropped, raw[dropped:]
            if state.place == "pict":
                picture.setdefault("hex", bytearray()).extend(raw)  # type: ignore[attr-defined]
            elif state.place != "skip":
                pending += raw
            continue
        if event := flushed():
            yield event
        if match["brace"] == b"{":
            skip = 0
            if len(stack) >= MAX_DEPTH:
                return
            stack.append(state)
            starred = False
        elif match["brace"] == b"}":
            skip = 0
            if state.place == "pict" and (not stack or stack[-1].place != "pict"):
                yield _picture(picture, state)
                picture = {}
            if state.place == "stylesheet" and sheet.words:
                _style(sheet)
            if state.place == "info" and state.info and stack and stack[-1].info != state.info:
                yield Event("info", "", state.info)
            if not stack:
                return
            left = state
            state = stack.pop()
            if left.role != state.role and left.place in ("text", "label"):
                yield Event("paragraph", role=left.role)
        elif match["symbol"] is not None:
            if match["symbol"] == b"*":
                starred = True
            elif match["symbol"] in _SYMBOLS:
                event = said(_SYMBOLS[match["symbol"]])
                if event:
                    yield event
            elif match["symbol"] in (b"\\", b"{", b"}"):
                pending += match["symbol"]
        elif match["word"] is not None:
            word = match["word"].decode("ascii")
            number = int(match["number"]) if match["number"] else None
            if starred and word not in _STARRED:
                state = replace(state, place="skip")
            starred = False
            if word == "bin" and number and number > 0:
                if state.place == "pict":
                    picture["binary"] = content[position : position + number]
                position += number
                continue
            if state.place == "skip":
                continue
            if word in _SKIPPED:
                state = replace(state, place="skip")
            elif word == "u" and number is not None:
                skip = state.unicode_skip
                event = said(chr(number % 0x10000))
                if event:
                    yield event
            elif word in _WORDS:
                event = said(_WORDS[word])
                if event:
                    yield event
            elif word in ("par", "sect", "page"):
                if state.place == "text":
                    yield Event("paragraph", role=state.role, level=state.level, in_table=state.in_table)
            elif word in ("cell", "nestcell"):
                yield Event("cell", role=state.role, in_table=True)
            elif word in ("row", "nestrow"):
                yield Event("row", role=state.role, in_table=True)
            elif word == "pict":
                state, picture = replace(state, place="pict"), {}
            elif word in ("pngblip", "jpegblip", "emfblip", "wmetafile", "dibitmap", "wbitmap", "macpict"):
                picture["kind"] = word
            elif word == "object":
                yield Event("object", role=state.role)
            elif word == "ansicpg" and number:
                default = _code_page(number)
            elif word == "deff" and number is not None:
                default_font = number
            else:
                state = _changed(state, sheet, word, number)
    if event := flushed():
        yield event


def _changed(state: _State, sheet: _Sheet, word: str, number: int | None) -> _State:
    """The group's state after a word that only changes it."""
    match word:
        case "fonttbl" | "stylesheet" | "info":
            return replace(state, place=word)
        case "shptxt" | "fldrslt" | "result":
            return replace(state, place="text")
        case "listtext" | "pntext":
            return replace(state, place="label")
        case "atnauthor" | "atnid":
            return replace(state, place="skip")
        case "f" if number is not None:
            if state.place == "fonttbl":
                sheet.font = number
                return state
            return replace(state, font=number)
        case "fcharset" if number is not None and state.place == "fonttbl":
            if number in _CHARSETS:
                sheet.encodings[sheet.font] = _CHARSETS[number]
        case "s" if number is not None:
            if state.place == "stylesheet":
                sheet.style = number
                return state
            return replace(state, level=sheet.levels.get(number, 0))
        case "outlinelevel" if number is not None:
            if state.place == "stylesheet":
                sheet.level = number + 1 if 0 <= number < 9 else 0
                return state
            return replace(state, level=number + 1 if 0 <= number < 9 else 0)
        case "pard":
            return replace(state, in_table=False, level=0)
        case "plain":
            return replace(state, hidden=False, deleted=False, font=-1)
        case "intbl":
            return replace(state, in_table=True)
        case "v" if state.place in ("text", "label"):
            return replace(state, hidden=number != 0)
        case "deleted":
            return replace(state, deleted=number != 0)
        case "uc" if number is not None:
            return replace(state, unicode_skip=max(0, min(number, 8)))
        case _ if word in _ROLES:
            return replace(state, role=_ROLES[word], place="text", hidden=False, in_table=False, level=0)
        case _ if state.place == "info" and word in _INFO:
            return replace(state, info=word)
        case "yr" | "mo" | "dy" if state.place == "info" and number is not None:
            return state
    return state


def _style(sheet: _Sheet) -> None:
    """A style's entry has ended: its name may make it a heading."""
    name = sheet.words.strip().rstrip(";").strip().lower()
    match = re.fullmatch(r"(?:heading|überschrift|titre|título|titolo|заголовок) (\d)", name)
    if match:
        sheet.levels[sheet.style] = int(match[1])
    elif name == "title":
        sheet.levels[sheet.style] = 1
    elif sheet.level:
        sheet.levels[sheet.style] = sheet.level
    sheet.words, sheet.level, sheet.style = "", 0, 0


def _picture(picture: dict[str, object], state: _State) -> Event:
    content = picture.get("binary", b"")
    digits = picture.get("hex", b"")
    if not content and isinstance(digits, bytearray):
        bare = re.sub(rb"[^0-9a-fA-F]", b"", bytes(digits))
        content = bytes.fromhex(bare[: len(bare) // 2 * 2].decode("ascii"))
    assert isinstance(content, bytes)
    return Event("picture", str(picture.get("kind", "")), state.role, content=content)


def _code_page(number: int) -> str:
    import codecs

    name = {65001: "utf-8", 10000: "mac_roman", 936: "gb18030"}.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name
