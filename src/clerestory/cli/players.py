"""Recordings and videos as something that a page plays at the second of a hit.

In: hits and readings of an open library. Out: ``Player``s for a template; the media lie
beside the page (whole where they are small and browsers know them, else cut around the hit).
Knows no page layout and decodes nothing itself.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from clerestory.cli.hits import marks, query_terms
from clerestory.cli.moments import Moment, moments
from clerestory.cli.output import file_name, flat
from clerestory.cli.shots import Shot
from clerestory.errors import ClerestoryError
from clerestory.locators import clock
from clerestory.types import Hit, Reading, Segment, TimeSpan

if TYPE_CHECKING:
    from clerestory.ingesting.inventory import AssetInfo
    from clerestory.library import Library
    from clerestory.reading.media.facts import MediaFacts

MOST_COPIED_MB = 64  # larger originals are cut around each hit
MARGIN_S = 5.0  # of such a cut
OUTLINE_STEPS = 480

# Media type -> ending, and codecs, of what browsers play (FFmpeg's names begin so).
_CONTAINERS = {
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "audio/webm": ".webm",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}
_SOUND_CODECS = ("aac", "flac", "libopus", "mp3", "opus", "pcm_s16le", "vorbis")
_PICTURE_CODECS = ("av1", "h264", "libdav1d", "libvpx", "vp8", "vp9")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a transcript, with what stands between it and the next."""

    words: str
    lit: bool
    start_s: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence, or a line that stands in the picture; ``cited`` where it is the place itself."""

    at: str
    start_s: float
    end_s: float
    tokens: tuple[Token, ...]
    cited: bool
    written: bool
    speaker: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span of the whole, in percent of it; ``kind`` is that of a segment or a code of the ledger."""

    kind: str
    at: str
    start_s: float
    end_s: float
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Player:
    """``file`` is relative to the page and begins ``offset_s`` into the recording.

    ``start_s`` to ``end_s`` is the place; ``length_s`` the end of what ``file`` holds. All on
    the clock of the recording. ``outline`` is the waveform as a path, 0..1000 by 0..100.
    """

    name: str
    kind: Literal["audio", "video"]
    file: str
    offset_s: float
    length_s: float
    start_s: float
    end_s: float
    at: str
    place: Stretch
    outline: str = ""
    poster: Shot | None = None
    strip: Shot | None = None
    lines: tuple[Spoken, ...] = ()
    stretches: tuple[Stretch, ...] = ()

    @property
    def source(self) -> str:
        """The file with the place as a media fragment, which also works without a script."""
        return f"{self.file}#t={self.start_s - self.offset_s:.2f},{self.end_s - self.offset_s:.2f}"

    def link(self, start_s: float) -> str:
        return f"{self.file}#t={start_s - self.offset_s:.2f}"


@dataclass(frozen=True, slots=True)
class _Beside:
    file: str
    offset_s: float
    end_s: float


class Players:
    """Puts media into ``folder``/media, each once."""

    def __init__(self, folder: Path, library: Library) -> None:
        self.folder = folder
        self.library = library
        self._whole: dict[str, _Beside | None] = {}

    def of_hit(self, hit: Hit, span: TimeSpan, *, query: str, poster: Shot | None) -> Player | None:
        """The hit with its transcript; None where its bytes are away or browsers cannot play them."""
        reading = self._reading(hit.asset)
        facts = self._facts(reading)
        if reading is None or facts is None:
            return None
        beside = self._beside(hit, facts) or self._cut(hit, span)
        if beside is None:
            return None
        return self._player(
            hit.media_type,
            flat(file_name(hit)),
            beside,
            span,
            outline=self._outline(reading, facts, beside),
            poster=poster,
            strip=self.strip(hit.segment, reading),
            lines=spoken([hit.segment], query=query, cited=span),
        )

    def of_file(self, info: AssetInfo, reading: Reading, *, poster: Shot | None) -> Player | None:
        """The whole recording, with what was found when."""
        facts = self._facts(reading)
        if facts is None or not reading.segments:
            return None
        hit = Hit(reading.segments[0], info.asset, info.title, info.media_type, 0.0, {}, info.occurrences)
        beside = self._beside(hit, facts)
        if beside is None:
            return None
        whole = TimeSpan(0.0, facts.duration_s)
        return self._player(
            info.media_type,
            flat(info.name),
            beside,
            whole,
            outline=self._outline(reading, facts, beside),
            poster=poster,
            lines=spoken(reading.segments, query="", cited=None),
            stretches=stretches(reading, facts.duration_s),
        )

    def strip(self, segment: Segment, reading: Reading) -> Shot | None:
        """The moving preview of a scene, as it is kept."""
        from PIL import Image

        strips = {item.digest for item in reading.objects if item.role == "strip"}
        for digest in segment.objects:
            if digest in strips:
                content = self.library.object_bytes(digest)
                with Image.open(io.BytesIO(content)) as moving:
                    size = moving.size
                (self.folder / "media").mkdir(parents=True, exist_ok=True)
                file = f"media/{digest[:16]}.webp"
                (self.folder / file).write_bytes(content)
                return Shot(file, *size)
        return None

    def _player(
        self,
        media_type: str,
        name: str,
        beside: _Beside,
        span: TimeSpan,
        *,
        outline: str,
        poster: Shot | None,
        lines: tuple[Spoken, ...],
        strip: Shot | None = None,
        stretches: tuple[Stretch, ...] = (),
    ) -> Player:
        kind: Literal["audio", "video"] = "video" if media_type.startswith("video/") else "audio"
        at = f"{clock(span.start_s)}–{clock(span.end_s)}"
        place = stretch("place", span, beside.offset_s, beside.end_s)
        return Player(
            name,
            kind,
            beside.file,
            beside.offset_s,
            beside.end_s,
            span.start_s,
            span.end_s,
            at,
            place,
            outline,
            poster,
            strip,
            lines,
            stretches,
        )

    def _reading(self, asset: str) -> Reading | None:
        try:
            return self.library.reading(asset)
        except ClerestoryError:
            return None  # nothing was read; the words of the hit stand alone

    def _facts(self, reading: Reading | None) -> MediaFacts | None:
        from clerestory.reading.media.facts import MediaFacts

        found = next((item for item in reading.objects if item.role == "facts"), None) if reading else None
        return None if found is None else MediaFacts.from_json(self.library.object_bytes(found.digest))

    def _beside(self, hit: Hit, facts: MediaFacts) -> _Beside | None:
        """The original as it is, copied; None where it is large, away, or nothing that browsers play."""
        if hit.asset not in self._whole:
            self._whole[hit.asset] = self._copied(hit, facts)
        return self._whole[hit.asset]

    def _copied(self, hit: Hit, facts: MediaFacts) -> _Beside | None:
        ending = _CONTAINERS.get(hit.media_type)
        heard = all(track.codec.startswith(_SOUND_CODECS) for track in facts.sounds[:1])
        seen = all(track.codec.startswith(_PICTURE_CODECS) for track in facts.pictures[:1])
        if ending is None or not heard or not seen:
            return None
        try:
            original = self.library.original(hit)
        except ClerestoryError:
            return None
        if original.stat().st_size > MOST_COPIED_MB * 1_000_000:
            return None
        file = f"media/{hit.asset[:16]}{ending}"
        (self.folder / "media").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original, self.folder / file)
        return _Beside(file, 0.0, facts.duration_s)

    def _cut(self, hit: Hit, span: TimeSpan) -> _Beside | None:
        (self.folder / "media").mkdir(parents=True, exist_ok=True)
        stem = f"{hit.asset[:16]}-{round(span.start_s * 1000)}-{round(span.end_s * 1000)}"
        try:
            clip = self.library.clip(
                _placed(hit, span), self.folder / "media" / stem, margin_s=MARGIN_S, playable=True
            )
        except ClerestoryError:
            return None
        if clip.media_type not in _CONTAINERS:
            clip.path.unlink()
            return None
        return _Beside(f"media/{clip.path.name}", clip.start_s, clip.end_s)

    def _outline(self, reading: Reading, facts: MediaFacts, beside: _Beside) -> str:
        found = next((item for item in reading.objects if item.role == "waveform"), None)
        if found is None or facts.duration_s <= 0:
            return ""
        first, last = beside.offset_s / facts.duration_s, min(1.0, beside.end_s / facts.duration_s)
        return outline(self.library.object_bytes(found.digest), first, last)


def _placed(hit: Hit, span: TimeSpan) -> Hit:
    from dataclasses import replace

    return replace(hit, segment=replace(hit.segment, locator=TimeSpan(span.start_s, span.end_s)))


def outline(waveform: bytes, first: float = 0.0, last: float = 1.0) -> str:
    """The part of a waveform picture from ``first`` to ``last`` (0..1) as an SVG path of 1000 by 100.

    A path takes the colours of the page, light or dark; the picture cannot.
    """
    from PIL import Image

    from clerestory.reading.media.displays import WAVE_HEIGHT

    with Image.open(io.BytesIO(waveform)) as picture:
        grey = picture.convert("L")
    left, right = int(first * grey.width), max(int(last * grey.width), int(first * grey.width) + 1)
    grey = grey.crop((left, 0, right, min(grey.height, WAVE_HEIGHT)))
    steps = min(OUTLINE_STEPS, grey.width)
    # A column of the waveform is one bar, dark on light, around the middle.
    dark = grey.point([255 * (level < 160) for level in range(256)])
    dark = dark.resize((steps, grey.height), Image.Resampling.BOX)
    pixels = dark.tobytes()
    heights = [sum(pixels[column::steps]) / 255 / grey.height for column in range(steps)]
    scale = 48 / max(max(heights, default=0.0), 0.05)
    wide = 1000 / steps
    parts = []
    for column, height in enumerate(heights):
        half = max(0.6, height * scale)
        parts.append(f"M{column * wide:.1f} {50 - half:.1f}v{2 * half:.1f}")
    return "".join(parts)


def spoken(segments: Iterable[Segment], *, query: str, cited: TimeSpan | None) -> tuple[Spoken, ...]:
    """The transcript: sentences and written lines in the order of time."""
    found = []
    for segment in segments:
        lit = marks(segment.text, query_terms(query, segment.language), segment.language)
        for moment in moments(segment):
            found.append(_spoken(segment, moment, lit, cited))
    return tuple(sorted(found, key=lambda line: line.start_s))


def _spoken(
    segment: Segment, moment: Moment, lit: Sequence[tuple[int, int]], cited: TimeSpan | None
) -> Spoken:
    tokens = []
    for word, following in zip(moment.words, (*moment.words[1:], None), strict=True):
        text = flat(segment.text[word.start : word.end])
        shines = any(low < word.end and word.start < high for low, high in lit)
        tokens.append(Token(text, shines, word.span.start_s))
        if following is not None and following.start > word.end:
            tokens.append(Token(" ", False, word.span.start_s))
    middle = (moment.span.start_s + moment.span.end_s) / 2
    same = cited is not None and moment.written == (cited.box is not None)
    inside = cited is not None and same and cited.start_s <= middle <= cited.end_s
    return Spoken(
        clock(moment.span.start_s),
        moment.span.start_s,
        moment.span.end_s,
        tuple(tokens),
        inside and cited is not None and _shorter(cited, segment),
        moment.written,
        flat(segment.attributes.get("speaker", "")) if not moment.written else "",
    )


def _shorter(cited: TimeSpan, segment: Segment) -> bool:
    """Whether the place is less than the segment: else every line would be lit."""
    whole = segment.locator
    return isinstance(whole, TimeSpan) and cited.end_s - cited.start_s < 0.9 * (whole.end_s - whole.start_s)


def stretches(reading: Reading, duration_s: float) -> tuple[Stretch, ...]:
    """What was found when: segments, and what the ledger says of the rest."""
    spans = [(segment.kind, segment.locator) for segment in reading.segments]
    spans += [(line.code, line.locator) for line in reading.ledger if line.kind == "time"]  # type: ignore[misc]
    found = [
        stretch(str(kind), span, 0.0, duration_s)
        for kind, span in spans
        if isinstance(span, TimeSpan) and duration_s > 0
    ]
    return tuple(sorted(found, key=lambda stretch: stretch.start_s))


def stretch(kind: str, span: TimeSpan, first_s: float, last_s: float) -> Stretch:
    long_s = max(last_s - first_s, 0.001)
    left = min(max(0.0, (span.start_s - first_s) / long_s), 1.0)
    width = min(max(0.0, (span.end_s - span.start_s) / long_s), 1.0 - left)
    at = f"{clock(span.start_s)}–{clock(span.end_s)}"
    return Stretch(kind, at, span.start_s, span.end_s, round(100 * left, 3), round(100 * width, 3))
