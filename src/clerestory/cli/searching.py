"""Commands that find: ``search`` and ``ask``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from clerestory.cli.command import Where, command, json_option
from clerestory.cli.pictures import Way, pictures_option

if TYPE_CHECKING:
    from clerestory.library import Library
    from clerestory.types import Filter, Hit

KINDS = ("text", "table", "figure", "picture", "code", "passage", "scene", "sound")
SEEN_KINDS = ("figure", "picture", "table", "scene")  # kinds that say something at thumbnail size

_FILTERS = (
    click.option(
        "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only this kind; repeatable."
    ),
    click.option(
        "--type",
        "media_types",
        multiple=True,
        metavar="TYPE",
        help='Only this type, as "application/pdf", "image/*".',
    ),
    click.option("--path", default="", metavar="GLOB", help='Only files on these paths, as "reports/*.pdf".'),
    click.option(
        "--language", "languages", multiple=True, metavar="CODE", help='Only this language, as "en".'
    ),
    click.option("--after", default="", metavar="DATE", help="Only what is from this day or later."),
    click.option("--before", default="", metavar="DATE", help="Only what is from this day or earlier."),
    click.option(
        "--meta",
        "metadata",
        multiple=True,
        metavar="KEY=VALUE",
        help='Only with this fact, as "author=I. Varga".',
    ),
)


def filter_options(function):
    for option in reversed(_FILTERS):
        function = option(function)
    return function


def filter_of(
    kinds: tuple[Any, ...],
    media_types: tuple[str, ...],
    path: str,
    languages: tuple[str, ...],
    after: str,
    before: str,
    metadata: tuple[str, ...],
) -> Filter:
    from clerestory.types import Filter

    facts = {}
    for fact in metadata:
        key, equals, value = fact.partition("=")
        if not equals:
            raise click.BadParameter(f"{fact!r} is not KEY=VALUE", param_hint="--meta")
        facts[key.strip()] = value.strip()
    after, before = _date(after, "--after"), _date(before, "--before")
    if after and before and before < after[: len(before)]:
        raise click.BadParameter(f"{after} is later than --before {before}", param_hint="--after")
    return Filter(
        kinds=kinds,
        media_types=tuple(_media_type(value) for value in media_types),
        path=path,
        languages=tuple(_language(value) for value in languages),
        after=after,
        before=before,
        metadata=facts,
    )


def _media_type(value: str) -> str:
    """``value`` if it has the form of a type; what people write instead is an ending, as "pdf"."""
    import mimetypes

    value = value.strip().lower()
    if re.fullmatch(r"[\w.+-]+/([\w.+-]+|\*)", value):
        return value
    meant, _ = mimetypes.guess_type(f"name.{value.lstrip('.')}")
    family = f"{value}/*" if value in ("audio", "image", "text", "video") else meant
    fix = f"did you mean {family}?" if family else "`clerestory assets --json` tells those of your files"
    raise click.BadParameter(
        f"{value!r} is not a type as application/pdf or image/*; {fix}", param_hint="--type"
    )


def _language(value: str) -> str:
    value = value.strip().lower()
    if not re.fullmatch(r"[a-z]{2}|und", value):
        raise click.BadParameter(
            f"{value!r} is not a code of two letters, as en or de (und: it could not be told)",
            param_hint="--language",
        )
    return value


def restrictions(filter: Filter) -> str:
    """What a filter admits, for people; empty where it admits everything."""
    listed = {
        "kind": filter.kinds,
        "type": filter.media_types,
        "path": (filter.path,) if filter.path else (),
        "language": filter.languages,
        "after": (filter.after,) if filter.after else (),
        "before": (filter.before,) if filter.before else (),
    }
    parts = [f"{name} {' or '.join(values)}" for name, values in listed.items() if values]
    return ", ".join([*parts, *(f"{key} = {value}" for key, value in filter.metadata.items())])


def _asked(words: tuple[str, ...], name: str) -> str:
    """The words of an argument as one; none is wrong usage."""
    text = " ".join(words).strip()
    if not text:
        raise click.BadParameter("it is empty; give some words to look for", param_hint=name)
    return text


def _date(value: str, option: str) -> str:
    """``value`` if it is a year, a month, a day or a moment as ISO 8601 writes them."""
    from datetime import datetime

    value = value.strip()
    day = value + "-01-01"[len(value) - 4 :] if len(value) in (4, 7) else value
    try:
        if value:
            datetime.fromisoformat(day)
        if value and (len(day) < 10 or day[4] != "-"):
            raise ValueError(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not a date as 2025, 2025-03 or 2025-03-12", param_hint=option
        ) from None
    return value


@command(
    "search",
    examples="""
    clerestory search relay K4
    clerestory search "wiring diagram" --kind figure --pictures always
    clerestory search surge --path "reports/*" --after 2025-01-01 --explain
    clerestory search "a dog on a beach" --without snow
    clerestory search --image valve.jpg --region 0.5,0,1,0.5
    clerestory search --image 2 "but in the rain"
    clerestory search --audio question.wav
    clerestory search --like 2
    """,
)
@click.argument("query", nargs=-1)
@click.option(
    "--image",
    "images",
    multiple=True,
    metavar="FILE|TARGET",
    help="Look for this picture, or that of a hit; words beside it change what is meant; repeatable.",
)
@click.option(
    "--region",
    metavar="X0,Y0,X1,Y1",
    help="Only this part of the first picture, as shares of its width and height from the top left.",
)
@click.option(
    "--audio",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="Look for what is said in this sound file, or for sounds like it; repeatable.",
)
@click.option("--without", multiple=True, metavar="WORDS", help="What must not be in it; repeatable.")
@click.option("--like", metavar="TARGET", help="More like this hit, place or file; alone, without a query.")
@click.option("-n", "--limit", type=click.IntRange(1, 1000), help="How many hits.")
@filter_options
@click.option(
    "--around", type=click.IntRange(0, 20), default=0, help="Also this many neighbours of each hit."
)
@click.option("--explain", is_flag=True, help="Show what each score is made of.")
@pictures_option
@json_option
@click.pass_obj
def search(
    where: Where,
    query: tuple[str, ...],
    images: tuple[str, ...],
    region: str | None,
    audio: tuple[str, ...],
    without: tuple[str, ...],
    like: str | None,
    limit: int | None,
    kinds: tuple[str, ...],
    media_types: tuple[str, ...],
    path: str,
    languages: tuple[str, ...],
    after: str,
    before: str,
    metadata: tuple[str, ...],
    around: int,
    explain: bool,
    pictures: str,
    as_json: bool,
) -> None:
    """Find the places that fit words, pictures, or something said.

    Words find texts by words and by meaning, and pictures by what they show. Each hit is shown
    with its place; `clerestory show 2` shows the second one whole, `open 2` and `export 2` give
    its picture. Where nothing fits, that is said, with the pictures that come nearest.
    """
    from clerestory.cli import recent
    from clerestory.cli.hits import print_result
    from clerestory.cli.output import console, print_json, spot
    from clerestory.cli.pictures import way_here
    from clerestory.cli.query import box_of, hit_named, picture_named
    from clerestory.models.weights import default_cache

    wished = bool(images or audio or without or region)
    if like is not None and (query or wished):
        raise click.BadParameter("it stands alone, without a query", param_hint="--like")
    asked = " ".join(query).strip() if wished or like is not None else _asked(query, "QUERY")
    part = None if region is None else box_of(region)
    filter = filter_of(kinds, media_types, path, languages, after, before, metadata)
    with where.open() as library:
        if like is not None:
            hit = hit_named(where, library, like)
            result = library.like(hit, limit=limit, filter=filter, neighbours=around)
        else:
            result = library.search(
                asked,
                images=[picture_named(where, library, image) for image in images],
                audio=audio,
                without=without,
                region=part,
                limit=limit,
                filter=filter,
                neighbours=around,
            )
        if not result.hits and (only := restrictions(filter)):
            result = replace(result, notes=(*result.notes, f"Looked only at {only}."))
        shown = result.hits or result.closest
        recent.keep(where.folder, ((hit, spot(hit)) for hit in shown), cache=default_cache())
        if as_json:
            print_json(result)
        else:
            thumbnail = _thumbnails(library, way_here(pictures), every=pictures == "always")
            print_result(console(), result, explain=explain, thumbnail=thumbnail)


@command(
    "ask",
    examples="""
    clerestory ask "Which relay was replaced, and when?"
    clerestory ask "What does error E07 mean?" --path "*manual.pdf" --json
    """,
)
@click.argument("question", nargs=-1, required=True)
@click.option(
    "-n", "--limit", type=click.IntRange(1, 20), default=3, show_default=True, help="How many quotes."
)
@filter_options
@pictures_option
@json_option
@click.pass_obj
def ask(
    where: Where,
    question: tuple[str, ...],
    limit: int,
    kinds: tuple[str, ...],
    media_types: tuple[str, ...],
    path: str,
    languages: tuple[str, ...],
    after: str,
    before: str,
    metadata: tuple[str, ...],
    pictures: str,
    as_json: bool,
) -> None:
    """Answer a question by quoting, with the place of each quote.

    Says "not found" when nothing in the library fits, and what came nearest. The numbers
    work with `show`, `open` and `export`.
    """
    from clerestory.cli import recent
    from clerestory.cli.hits import print_answer
    from clerestory.cli.output import console, print_json, spot
    from clerestory.cli.pictures import way_here
    from clerestory.models.weights import default_cache

    asked = _asked(question, "QUESTION")
    filter = filter_of(kinds, media_types, path, languages, after, before, metadata)
    with where.open() as library:
        answer = library.ask(asked, filter=filter, limit=limit)
        if not answer.found and (only := restrictions(filter)):
            answer = replace(answer, notes=(*answer.notes, f"Looked only at {only}."))
        places = [(c.hit, c.locator) for sentence in answer.sentences for c in sentence.citations]
        places = places or [(hit, spot(hit)) for hit in answer.closest]
        recent.keep(where.folder, places, cache=default_cache())
        if as_json:
            print_json(answer)
        else:
            thumbnail = _thumbnails(library, way_here(pictures), every=pictures == "always")
            print_answer(console(), answer, thumbnail=thumbnail)


def _thumbnails(library: Library, way: Way, *, every: bool) -> Callable[[Hit], str] | None:
    """What draws a hit's picture; only kinds that can be told at this size where cells are the pixels."""
    if way == "none":
        return None
    from clerestory.cli.pictures import drawn
    from clerestory.errors import ClerestoryError

    def draw(hit: Hit) -> str:
        if way == "blocks" and not every and not (hit.pictures or hit.segment.kind in SEEN_KINDS):
            return ""
        try:
            picture = library.picture(hit, matched=True, longest_side=720)
        except ClerestoryError:
            return ""  # no picture of it: a flowing text, a sheet, or its file is gone; the words stand alone
        return drawn(picture, way)

    return draw
