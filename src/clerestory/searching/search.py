"""From a query to hits: understand, gather, look at pictures, rank, collapse.

In: a query, a filter and the parts of an open library. Out: hits, best first, each with
the parts of its score, and notes on what a person should know. Places (pages, slides,
stretches, pictures) compete; each answers with its best segment. "Nothing matches" is a result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from clerestory.errors import UnsupportedQuery
from clerestory.ingesting.indexing import ROLE
from clerestory.ingesting.sounding import SOUND
from clerestory.searching.asking import check
from clerestory.searching.beside import CANDIDATES, look_beside
from clerestory.searching.candidates import NOTHING, gather
from clerestory.searching.hits import choose, described
from clerestory.searching.judging import REFUSED_BELOW
from clerestory.searching.query import Asked, search_terms, understand
from clerestory.searching.ranking import Evidence, OpenLibrary, rank, usual_languages
from clerestory.searching.showing import Showing
from clerestory.searching.sounding import sounds_like
from clerestory.settings import SearchingSettings
from clerestory.storing.analysis import terms
from clerestory.storing.index import Index, RowFilter
from clerestory.types import Filter, Hit, Query, SearchResult, Segment

if TYPE_CHECKING:
    from clerestory.models.picture import PictureEncoder
    from clerestory.models.text import TextEncoder
    from clerestory.reading.speech.listening import Ears
    from clerestory.searching.spoken import Heard
    from clerestory.storing.catalogue import Catalogue
    from clerestory.storing.readings import ReadingStore

EVERYTHING = Filter()
# Common words of a language: "dog" and "man" are some of Danish.
SURELY_FOREIGN = 2
# A picture that is less likely to fit does not answer where probably none does.
LEAST_LIKELY = 0.02


def search(
    query: Query,
    *,
    index: Index,
    readings: ReadingStore,
    catalogue: Catalogue,
    encoder: TextEncoder | None,
    pictures: Callable[[], PictureEncoder | None],
    ears: Callable[[], Ears],
    settings: SearchingSettings,
    max_pixels: int,
    filter: Filter = EVERYTHING,
    limit: int | None = None,
    neighbours: int = 0,
) -> SearchResult:
    """The ``limit`` best places, each with ``neighbours`` segments before and after it.

    ``pictures`` loads the encoder of pictures, or gives None without its weights; ``ears`` loads
    what hears the words of a query's sound.

    Raises:
        UnsupportedQuery: nothing is asked, or there is no model for what it is asked with.
        UnreadableFile, UnsupportedFile, TooLarge: a picture or sound of the query cannot be decoded.
        ModelMissing, ModelCorrupt: the query is a sound, and there is nothing to hear it with.
    """
    started = time.perf_counter()
    check(query)
    sounds = _heard(query, ears, catalogue)
    said = " ".join(one.text for one in sounds if one.text)
    asked = understand(" ".join(words for words in (query.text, said) if words))
    encoder, notes = _fitting(encoder, asked)
    notes += [*(one.note for one in sounds if one.note), *_of_another_model(encoder, catalogue)]
    library = OpenLibrary(index, readings, catalogue, encoder, settings)
    where = admitted(filter, catalogue)
    if where is None:
        notes.append("No file of the library fits the filter.")
        return SearchResult(query, (), tuple(notes), time.perf_counter() - started, heard=said)
    limit = settings.limit if limit is None else limit
    languages = asked.languages or usual_languages(library.index)
    found, encoded = NOTHING, None
    if asked.subject and not query.images:  # words beside a picture say how what is meant differs
        found, encoded = gather(
            asked,
            languages=languages,
            encoder=encoder,
            tokens=settings.late_interaction,
            index=index,
            where=where,
            k=max(settings.candidates, 2 * limit),
        )
    beside = look_beside(
        query,
        subject=asked.subject,
        vector=encoded.vectors[0] if encoded is not None else None,
        said=sounds[0].ways if len(sounds) == 1 and not query.text.strip() else (),
        pictures=pictures,
        library=library,
        where=where,
        max_pixels=max_pixels,
    )
    if features := [one.sound for one in sounds if one.sound is not None]:
        alike = sounds_like(features, index=index, catalogue=catalogue, where=where, k=CANDIDATES)
        beside = replace(beside, parts={**beside.parts, SOUND: alike})
    refused = beside.matched is not None and beside.matched < REFUSED_BELOW

    def hits(parts: Evidence) -> tuple[Hit, ...]:
        ranked, compared = rank(
            asked, found, encoded, beside=parts, library=library, where=where, limit=limit
        )
        terms_wanted = search_terms(asked.subject, languages)
        show = Showing(readings, encoder, compared, terms_wanted, beside.matches, asked.subject)
        chosen = choose(ranked, show, limit=limit, unwanted=_unwanted(query.without))
        return described(
            chosen, library, matches=beside.matches, words=beside.aim.words, neighbours=neighbours
        )

    found_hits = hits(_likely(beside.parts) if refused else beside.parts)
    closest: tuple[Hit, ...] = ()
    if refused and not any(_by_words(hit) for hit in found_hits):
        found_hits, closest = (), hits(beside.parts)
    notes += [*beside.notes, *_notes_on(found_hits, encoder)]
    seconds = time.perf_counter() - started
    return SearchResult(query, found_hits, tuple(notes), seconds, beside.matched, closest, said)


def _likely(parts: Evidence) -> Evidence:
    """Without the pictures that will not fit: where probably none does, they answer beside texts only."""
    return {
        name: {found: share for found, share in scores.items() if share >= LEAST_LIKELY}
        if name == "picture"
        else scores
        for name, scores in parts.items()
    }


def _by_words(hit: Hit) -> bool:
    """Whether something else speaks for it than a picture and the name of its file."""
    return not hit.pictures or "words" in hit.parts or bool(hit.segment.text or hit.segment.caption)


def _heard(query: Query, ears: Callable[[], Ears], catalogue: Catalogue) -> list[Heard]:
    """What the query's sounds hold.

    Raises:
        UnsupportedQuery: nothing is said, nothing else is asked, and the library has no sounds.
        What ``search`` raises.
    """
    if not query.audio:
        return []
    from clerestory.searching.spoken import heard

    loaded = ears()
    found = [heard(sound, loaded) for sound in query.audio]
    words = any(one.text for one in found) or query.text.strip()
    if not (words or query.images or catalogue.spaces.current(SOUND)):
        raise UnsupportedQuery(
            "no words could be made out in the sound",
            fix="Say what is looked for, near the microphone, or write it.",
        )
    return found


def _unwanted(without: Sequence[str]) -> Callable[[Segment], bool]:
    """Whether a segment speaks of what must not be there: it has all words of one of these texts."""

    def unwanted(segment: Segment) -> bool:
        text = " ".join((*segment.context, segment.caption, segment.text))
        held = set(terms(text, segment.language))
        return any(held.issuperset(terms(words, segment.language)) for words in without)

    return unwanted


def _fitting(encoder: TextEncoder | None, asked: Asked) -> tuple[TextEncoder | None, list[str]]:
    """The encoder, unless it does not know the query's language; and what to say about it."""
    if encoder is None:
        return None, [
            "The text model is not on this machine, so only words were searched, not meaning. "
            "`clerestory models pull` gets it."
        ]
    foreign = asked.languages and encoder.languages and not encoder.languages.intersection(asked.languages)
    if foreign and asked.common_words >= SURELY_FOREIGN:
        return None, [
            f"The text model {encoder.space.encoder} does not know the language of the query "
            f"({', '.join(asked.languages)}), so only words were searched, not meaning."
        ]
    return encoder, []


def _of_another_model(encoder: TextEncoder | None, catalogue: Catalogue) -> list[str]:
    """What to say where the library's vectors are not all of this encoder."""
    answering = catalogue.spaces.current(ROLE)
    if encoder is None or answering is None or answering == encoder.space:
        return []
    return [
        f"The library was indexed with the text model {answering.encoder}, not with "
        f"{encoder.space.encoder}: what was indexed then is found by its words only. "
        "`clerestory reindex` mends it."
    ]


def _notes_on(hits: Sequence[Hit], encoder: TextEncoder | None) -> list[str]:
    if not hits:
        return ["Nothing in the library matches."]
    if encoder is None or not encoder.languages:
        return []
    unknown = {hit.segment.language for hit in hits} - encoder.languages - {"und", ""}
    if not unknown:
        return []
    return [
        f"Some hits are in a language that the text model {encoder.space.encoder} does not know "
        f"({', '.join(sorted(unknown))}): only their words count."
    ]


def admitted(filter: Filter, catalogue: Catalogue) -> RowFilter | None:
    """The rows that may answer; None when no asset does."""
    assets = catalogue.assets_matching(filter)
    if assets is not None and not assets:
        return None
    return RowFilter(
        kinds=filter.kinds,
        languages=filter.languages,
        assets=None if assets is None else tuple(sorted(assets)),
    )
