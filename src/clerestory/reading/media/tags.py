"""What a recording or video says of itself, as the plain facts that every kind of file uses.

In: a container's tags, whose names differ by format. Out: ``title``, ``author``, ``album``,
``taken`` (ISO 8601), ``description``, ``keywords``, ``licence``, ``latitude``, ``longitude``, …
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from clerestory.reading.sentences import storable

# Our key by tag, in lower case; earlier ones win.
_KEYS = {
    "title": "title",
    "com.apple.quicktime.title": "title",
    "artist": "author",
    "author": "author",
    "com.apple.quicktime.author": "author",
    "album_artist": "author",
    "composer": "composer",
    "performer": "author",
    "album": "album",
    "show": "album",
    "track": "track",
    "disc": "disc",
    "genre": "genre",
    "description": "description",
    "synopsis": "description",
    "comment": "description",
    "com.apple.quicktime.description": "description",
    "keywords": "keywords",
    "com.apple.quicktime.keywords": "keywords",
    "license": "licence",
    "copyright": "licence",
    "creation_time": "taken",
    "com.apple.quicktime.creationdate": "taken",
    "date": "taken",
    "year": "taken",
    "encoder": "software",
    "com.apple.quicktime.software": "software",
    "com.apple.quicktime.model": "camera",
    "language": "language",
}
_LOCATION = ("location", "com.apple.quicktime.location.iso6709", "location-eng")
_ISO_6709 = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)")
_DATE = re.compile(r"(\d{4})(?:[-:/](\d\d)(?:[-:/](\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?)?)?")
_NO_DATE = ("1904-01-01", "1970-01-01", "0000")  # what clocks that were never set write
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")
# Three letters of ISO 639-2, which containers use, both forms -> two letters.
_LANGUAGES_TEXT = (
    "ara=ar bul=bg cat=ca ces=cs chi=zh cze=cs dan=da deu=de dut=nl ell=el eng=en est=et fas=fa fin=fi "
    "fra=fr fre=fr ger=de gre=el heb=he hin=hi hrv=hr hun=hu ind=id ita=it jpn=ja kor=ko lav=lv lit=lt "
    "may=ms msa=ms nld=nl nob=nb nor=no per=fa pol=pl por=pt ron=ro rum=ro rus=ru slk=sk slo=sk slv=sl "
    "spa=es srp=sr swe=sv tha=th tur=tr ukr=uk vie=vi zho=zh"
)
_LANGUAGES = dict(pair.split("=") for pair in _LANGUAGES_TEXT.split())
_LONGEST = 2000  # characters of one fact


def plain_metadata(tags: Mapping[str, str]) -> dict[str, str]:
    """Facts by our names."""
    lower = {key.lower(): _clean(value) for key, value in tags.items()}
    facts: dict[str, str] = {}
    for tag, key in _KEYS.items():
        value = lower.get(tag, "")
        if key == "taken":
            value = _date(value)
        if value:
            facts.setdefault(key, value)
    for tag in _LOCATION:
        place = _ISO_6709.match(lower.get(tag, ""))
        if place and abs(float(place[1])) <= 90 and abs(float(place[2])) <= 180:
            facts["latitude"], facts["longitude"] = (f"{float(part):.6f}" for part in place.groups())
            break
    return facts


def language_of(stated: str) -> str:
    """The two letters of ISO 639-1 where a language has them, as everywhere in readings; "und" else."""
    code = stated.strip().lower().partition("-")[0]
    return _LANGUAGES.get(code, code if _LANGUAGE_CODE.fullmatch(code) else "und")


def chapter_title(tags: Mapping[str, str]) -> str:
    return _clean(next((value for key, value in tags.items() if key.lower() == "title"), ""))


def _clean(value: str) -> str:
    return storable(" ".join(value.replace("\x00", " ").split()))[:_LONGEST]


def _date(value: str) -> str:
    match = _DATE.match(value)
    if match is None or value.startswith(_NO_DATE):
        return ""
    year, month, day, clock = match.groups()
    date = "-".join(filter(None, (year, month, day)))
    return f"{date}T{clock}" if clock else date
