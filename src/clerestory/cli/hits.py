"""Hits and answers as people read them on a terminal.

In: what searching and answering return. Out: rich text: the place first, then where in
the document it stands, then the words, with the ones that matched emphasised. One
colour, amber, means "look here" and nothing else. Knows no library.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from clerestory.cli.output import clean, counted, duration, flat, print_indented, where_words
from clerestory.locators import place
from clerestory.types import Answer, Hit, Row, SearchResult, Segment, TimeSpan

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

AMBER = "bold #c77700"  # reads on black and on white
SOFT = "dim"
SNIPPET_WORDS = 45
INDENT = "    "

_WORD = re.compile(r"\w+(?:[-'’.]\w+)*")


def marks(text: str, terms: frozenset[str], language: str) -> list[tuple[int, int]]:
    """Stretches of ``text`` whose word has a term in common with the query."""
    from clerestory.storing.analysis import terms as terms_of

    if not terms:
        return []
    return [
        matched.span()
        for matched in _WORD.finditer(text)
        if terms.intersection(terms_of(matched.group(), language))
    ]


def query_terms(query: str, language: str) -> frozenset[str]:
    from clerestory.storing.analysis import terms as terms_of

    return frozenset(terms_of(query, language))


def snippet(text: str, spans: list[tuple[int, int]], *, words: int = SNIPPET_WORDS) -> tuple[int, int]:
    """The stretch of about ``words`` words that holds most different matched words; the first of equals."""
    places = [matched.span() for matched in re.finditer(r"\S+", text)]
    if len(places) <= words:
        return 0, len(text)
    best, best_score = 0, -1
    for first in range(0, len(places) - words + 1, max(1, words // 6)):
        low, high = places[first][0], places[first + words - 1][1]
        score = len({text[a:b].casefold() for a, b in spans if low <= a and b <= high})
        if score > best_score:
            best, best_score = first, score
    return places[best][0], places[best + words - 1][1]


def marked(text: str, query: str, language: str, *, words: int = SNIPPET_WORDS) -> Text:
    """A snippet of ``text`` as rich text, matched words in amber."""
    from rich.text import Text

    cleaned = flat(text)
    spans = marks(cleaned, query_terms(query, language), language)
    low, high = snippet(cleaned, spans, words=words)
    shown = Text(cleaned[low:high])
    for start, end in spans:
        if low <= start and end <= high:
            shown.stylize(AMBER, start - low, end - low)
    if low > 0:
        shown = Text("… ") + shown
    if high < len(cleaned):
        shown.append(" …")
    return shown


def lit(text: str, query: str, language: str) -> Text:
    """All of ``text``, matched words in amber."""
    from rich.text import Text

    shown = Text(text)
    for start, end in marks(text, query_terms(query, language), language):
        shown.stylize(AMBER, start, end)
    return shown


def heading_words(segment: Segment, *, title: str = "") -> str:
    """ "5 Wiring › Figure 3: Block diagram", without the document's title: its file is named beside it."""
    parts = [flat(part) for part in (*segment.context, segment.caption)]
    if parts and title and parts[0] == flat(title):
        parts = parts[1:]
    return " › ".join(part for part in parts if part)


def segment_words(segment: Segment) -> str:
    """What a snippet is taken from: the text, else the caption."""
    return segment.text or segment.caption


def print_result(
    to: Console,
    result: SearchResult,
    *,
    explain: bool = False,
    thumbnail: Callable[[Hit], str] | None = None,
) -> None:
    from rich.text import Text

    query = " ".join(words for words in (result.query.text, result.heard) if words)
    if result.heard:
        to.print(Text.assemble(("Heard: ", SOFT), flat(result.heard)), soft_wrap=True)
    if not result.hits:
        to.print(Text("Nothing here matches.", style="bold"))
        if result.closest:
            to.print(Text(f"The nearest pictures{_chance(result)}:\n"))
    for number, hit in enumerate(result.hits or result.closest, start=1):
        _print_hit(to, number, hit, query, explain=explain, thumbnail=thumbnail)
    _print_notes(to, result.notes)
    if explain and result.hits and result.matched is not None:
        to.print(Text(f"Any picture shows it: {result.matched * 100:.0f} % likely", style=SOFT))
    found = counted(len(result.hits), "hit")
    to.print(Text(f"{found} · {duration(result.seconds)}", style=SOFT))


def _chance(result: SearchResult) -> str:
    return "" if result.matched is None else f" (that any shows it: {result.matched * 100:.0f} % likely)"


def _print_hit(
    to: Console,
    number: int,
    hit: Hit,
    query: str,
    *,
    explain: bool,
    thumbnail: Callable[[Hit], str] | None,
) -> None:
    from rich.text import Text

    head = Text.assemble((f"{number:>2}  ", SOFT))
    head.append(where_words(hit), style="bold")
    head.append(f"  {hit.segment.kind}{likely(hit)}", style=SOFT)
    to.print(head, soft_wrap=True)
    heading = heading_words(hit.segment, title=hit.title)
    if heading:
        shown = lit(heading, query, hit.segment.language)
        shown.stylize("italic")
        print_indented(to, shown, len(INDENT))
    words = segment_words(hit.segment)
    before = [near for near in hit.neighbours if near.order < hit.segment.order]
    for near in before:
        print_indented(to, Text(flat(segment_words(near)), style=SOFT), len(INDENT))
    if words:
        shown = marked(words, query, hit.segment.language)
        print_indented(to, shown, len(INDENT))
    if when := _when(hit.segment, query):
        print_indented(to, Text(when, style=SOFT), len(INDENT))
    for near in hit.neighbours[len(before) :]:
        print_indented(to, Text(flat(segment_words(near)), style=SOFT), len(INDENT))
    if explain:
        print_indented(to, Text(explained(hit), style=SOFT), len(INDENT))
    if thumbnail is not None and (drawn := thumbnail(hit)):
        print_picture(to, drawn)
    to.print()


def likely(hit: Hit) -> str:
    """ ", 83 % likely" of a hit that was found by what its picture shows."""
    return "" if hit.probability is None else f", {hit.probability * 100:.0f} % likely"


def _said(segment: Segment) -> list[Text]:
    """Sentences with the time of each; empty where words have none."""
    from rich.text import Text

    from clerestory.cli.moments import moments
    from clerestory.locators import clock

    return [
        Text.assemble(
            (f"{clock(moment.span.start_s)}  ", SOFT),
            ("on screen: " if moment.written else "", SOFT),
            flat(segment.text[moment.start : moment.end]),
        )
        for moment in moments(segment)
    ]


def _when(segment: Segment, query: str) -> str:
    """The seconds at which the words that matched are said or shown."""
    from clerestory.cli.moments import matched_words

    return matched_words(segment, query) if isinstance(segment.locator, TimeSpan) else ""


def explained(hit: Hit) -> str:
    """ "score 0.82 = words 0.41 + vector 0.30; 2 more on this page"."""
    parts = " · ".join(f"{name} {value:.3f}" for name, value in hit.parts.items())
    more = f" · {counted(len(hit.also), 'more place')} folded in" if hit.also else ""
    areas = ", ".join(place(region) for region in hit.regions)
    seen = f" · seen in the picture: {areas}" if areas else ""
    return f"score {hit.score:.3f}: {parts}{more}{seen}"


def print_answer(to: Console, answer: Answer, *, thumbnail: Callable[[Hit], str] | None = None) -> None:
    from rich.text import Text

    number = 0
    if not answer.found:
        to.print(Text("Not found in this library.", style="bold"))
        if answer.searched:
            to.print(Text(flat(answer.searched), style=SOFT))
        if answer.closest:
            to.print(Text("\nNearest:"))
        for number, hit in enumerate(answer.closest, start=1):
            line = Text.assemble((f"{number:>2}  ", SOFT))
            line.append(where_words(hit))
            to.print(line, soft_wrap=True)
            shown = marked(segment_words(hit.segment), answer.question, hit.segment.language, words=25)
            print_indented(to, shown, len(INDENT))
    for sentence in answer.sentences:
        to.print(Text(f"“{flat(sentence.text)}”"))
        for citation in sentence.citations:
            number += 1
            line = Text.assemble((f"{number:>2}  ", SOFT))
            line.append(where_words(citation.hit, citation.locator), style=AMBER)
            heading = heading_words(citation.hit.segment, title=citation.hit.title)
            if heading:
                line.append(f"  {heading}", style=SOFT)
            to.print(line, soft_wrap=True)
            if thumbnail is not None and (drawn := thumbnail(citation.hit)):
                print_picture(to, drawn)
        to.print()
    _print_notes(to, answer.notes)
    if answer.found and answer.searched:
        to.print(Text(flat(answer.searched), style=SOFT))


def print_segment(to: Console, segment: Segment) -> None:
    """All of a segment: headings, caption, text or table, facts."""
    from rich.text import Text

    heading = heading_words(segment)
    if heading:
        to.print(Text(heading, style="italic"))
    if segment.table is not None:
        _print_table(to, segment.table.rows, segment.table.header_rows)
    elif said := _said(segment):
        for line in said:
            to.print(line)
    elif segment.text:
        to.print(Text(clean(segment.text)))
    else:
        to.print(Text("(a picture without text)", style=SOFT))
    facts = [segment.kind, f"language {segment.language}", f"text {segment.origin}", f"segment {segment.id}"]
    facts += [f"{name} {value}" for name, value in segment.attributes.items()]
    to.print(Text(flat(" · ".join(facts)), style=SOFT))


def _print_table(to: Console, rows: tuple[Row, ...], header_rows: int) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    width = max((len(row.cells) for row in rows), default=0)
    shown = Table(box=box.SIMPLE_HEAD, show_header=header_rows > 0)
    headers = rows[:header_rows]
    for column in range(width):
        words = [flat(row.cells[column]) for row in headers if column < len(row.cells)]
        shown.add_column(Text("\n".join(words)))
    for row in rows[header_rows:]:
        shown.add_row(*(Text(flat(cell)) for cell in row.cells))
    to.print(shown)


def _print_notes(to: Console, notes: tuple[str, ...]) -> None:
    from rich.text import Text

    for note in notes:
        to.print(Text(f"Note: {flat(note)}", style=SOFT))


def print_picture(to: Console, drawn: str) -> None:
    """Escape sequences of a picture, past rich, which would count them as text."""
    to.file.write("".join(f"{INDENT}{line}\n" for line in drawn.rstrip("\n").split("\n")))
    to.file.flush()
