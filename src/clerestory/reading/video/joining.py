"""What was said, shown and written in each span of a video joined to segments of kind ``scene``.

In: the facts of the file and what was heard and watched of it so far. Out: segments that
cover the seconds that are known, each once. A sentence is told whole in the scene in which
most of it is said, so that a cut does not tear it; writing is told in every scene in which
it stands, but a mark that stands through many (a channel's logo) only in the first. Subtitles,
where there are any, are what was said; what was heard follows where it says something else.
Pure: it decodes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clerestory.reading.language import detect
from clerestory.reading.media.facts import MediaFacts
from clerestory.reading.segmenting import segment_id
from clerestory.reading.sentences import storable
from clerestory.reading.speech.hearing import Hearing
from clerestory.reading.speech.passages import preferred, spoken_words
from clerestory.reading.video.keyframes import bits_apart
from clerestory.reading.video.said import Saying, cues_of, joined, says_the_same, sentences_of
from clerestory.reading.video.scenes import Span, between_cuts, owner, parted
from clerestory.reading.video.watching import KeyFrame, Strip, Watching, Written
from clerestory.reading.video.writing import followed_on, told_once
from clerestory.settings import ReadingSettings
from clerestory.types import DerivedObject, Line, Segment, TextOrigin, TimeSpan

_LOGO_SCENES = 4  # writing that stands through more scenes than this is told once
_STANDS_S = 0.3  # of writing that also stands in the next scene: less is the edge of a cut
_ALIKE_BITS = 10  # of 64: key frames from two stretches of one scene that show the same
_SOUND_SHARE = 0.3  # of a scene; pauses between sentences tell nothing about it


@dataclass(frozen=True, slots=True)
class Joined:
    """Segments, and the pictures that they show (kept already, so without content)."""

    segments: tuple[Segment, ...]
    objects: tuple[DerivedObject, ...]


def join(
    facts: MediaFacts,
    hearings: Sequence[Hearing],
    watchings: Sequence[Watching],
    known: Sequence[tuple[float, float]],
    *,
    asset: str,
    title: str,
    settings: ReadingSettings,
) -> Joined:
    """The scenes of the ``known`` seconds; results with an error tell nothing."""
    watched = [one for one in watchings if not one.error]
    scenes = between_cuts(known, (cut for one in watched for cut in one.cuts))
    if not scenes:
        return Joined((), ())
    heard = sentences_of(spoken_words(hearings, duration_s=facts.duration_s))
    track = preferred(facts.subtitles)
    said = cues_of(track, duration_s=facts.duration_s) if track is not None else heard
    written = followed_on(watched)
    keyframes = sorted((one for x in watched for one in x.keyframes), key=lambda one: one.time_s)
    strips = [one for x in watched for one in x.strips]
    said_in = _by_scene(scenes, said)
    written_in = _written_by_scene(scenes, written)
    spans: list[Span] = []
    for scene, sayings, lines in zip(scenes, said_in, written_in, strict=True):
        spans += parted(scene, sayings, lines, aim_words=settings.segment_words)
    said_here = _by_scene(spans, said)
    heard_here = _by_scene(spans, heard) if track is not None else [[] for _ in spans]
    by_scene = dict(zip((scene.scene for scene in scenes), written_in, strict=True))
    segments: list[Segment] = []
    objects: dict[str, DerivedObject] = {}
    for span, sayings, others in zip(spans, said_here, heard_here, strict=True):
        lines = [one for one in by_scene[span.scene] if _stands(one, span)]
        scene = scenes[span.scene - 1]
        shown = _shown(span, scene, keyframes)
        moving = _moving(span, strips)
        for key in shown:
            place = TimeSpan(key.time_s, key.time_s)
            objects[key.digest] = DerivedObject(key.digest, "image/jpeg", "keyframe", b"", place)
        for strip in moving:
            place = TimeSpan(strip.start_s, strip.end_s)
            objects[strip.digest] = DerivedObject(strip.digest, "image/webp", "strip", b"", place)
        digests = dict.fromkeys([key.digest for key in shown] + [strip.digest for strip in moving])
        segment = _segment(span, sayings, others, told_once(lines), asset=asset, order=len(segments))
        segments.append(
            replace(
                segment,
                context=tuple(part for part in (title, _chapter(facts, span)) if part),
                objects=tuple(digests),
                attributes={**segment.attributes, **_sound(hearings, span)},
            )
        )
    return Joined(_with_languages(segments), tuple(objects.values()))


def _by_scene(spans: Sequence[Span], sayings: Sequence[Saying]) -> list[list[Saying]]:
    result: list[list[Saying]] = [[] for _ in spans]
    for saying in sayings:
        result[owner(spans, saying.start_s, saying.end_s)].append(saying)
    return result


def _written_by_scene(scenes: Sequence[Span], written: Sequence[Written]) -> list[list[Written]]:
    result: list[list[Written]] = [[] for _ in scenes]
    for line in written:
        places = [index for index, scene in enumerate(scenes) if _stands(line, scene)]
        for index in places if len(places) <= _LOGO_SCENES else places[:1]:
            result[index].append(line)
    return result


def _stands(line: Written, span: Span) -> bool:
    shared_s = span.overlap(line.start_s, line.end_s)
    least_s = min(_STANDS_S, (line.end_s - line.start_s) / 2, (span.end_s - span.start_s) / 2)
    return shared_s >= least_s and (shared_s > 0 or span.start_s <= line.start_s < span.end_s)


def _shown(span: Span, scene: Span, keyframes: Sequence[KeyFrame]) -> list[KeyFrame]:
    """The span's key frames, the sharpest first; a part without one has its scene's nearest."""
    inside = [one for one in keyframes if span.start_s <= one.time_s < span.end_s]
    if not inside:
        rest = [one for one in keyframes if scene.start_s <= one.time_s < scene.end_s]
        middle_s = (span.start_s + span.end_s) / 2
        return [min(rest, key=lambda one: abs(one.time_s - middle_s))] if rest else []
    chosen: list[KeyFrame] = []
    for one in sorted(inside, key=lambda one: -one.sharpness):
        if all(bits_apart(one.hash, other.hash) > _ALIKE_BITS for other in chosen):
            chosen.append(one)
    return chosen


def _moving(span: Span, strips: Sequence[Strip]) -> list[Strip]:
    """The preview that shows most of the span."""
    over = [one for one in strips if span.overlap(one.start_s, one.end_s) > 0]
    return [max(over, key=lambda one: span.overlap(one.start_s, one.end_s))] if over else []


def _segment(
    span: Span,
    sayings: Sequence[Saying],
    heard: Sequence[Saying],
    written: Sequence[Written],
    *,
    asset: str,
    order: int,
) -> Segment:
    text, lines = joined(sayings)
    recognised = bool(sayings) and any(line.confidence < 1 for line in lines)
    origin: TextOrigin = "none"
    if sayings:
        origin = "speech" if recognised else "native"
    elif written:
        origin = "ocr"
    if written:
        text, lines = _below(text, lines, *_written_text(written, span))
    else_heard, its_lines = joined(heard)
    if else_heard and not says_the_same(else_heard, text):
        text, lines = _below(text, lines, else_heard, its_lines)
    attributes = {"scene": str(span.scene)}
    if span.parts > 1:
        attributes["part"] = f"{span.part} of {span.parts}"
    known = Counter(saying.language for saying in sayings if saying.language != "und")
    locator = TimeSpan(span.start_s, span.end_s)
    return Segment(
        id=segment_id(asset, "scene", locator, text=text),
        kind="scene",
        text=text,
        locator=locator,
        order=order,
        language=known.most_common(1)[0][0] if known else "und",
        origin=origin,
        lines=tuple(lines),
        attributes=attributes,
    )


def _written_text(written: Sequence[Written], span: Span) -> tuple[str, list[Line]]:
    """One line below the other, each with its box and the seconds it stood there in this span."""
    text, lines = "", []
    for one in written:
        words = " ".join(storable(one.text).split())
        if text:
            text += "\n"
        start_s = max(one.start_s, span.start_s)
        place = TimeSpan(start_s, max(start_s, min(one.end_s, span.end_s)), one.box)
        lines.append(Line(len(text), len(text) + len(words), place, min(one.confidence, 0.999)))
        text += words
    return text, lines


def _below(text: str, lines: list[Line], more: str, its: list[Line]) -> tuple[str, list[Line]]:
    if not text:
        return more, its
    offset = len(text) + 2
    moved = [Line(x.start + offset, x.end + offset, x.locator, x.confidence) for x in its]
    return f"{text}\n\n{more}", lines + moved


def _chapter(facts: MediaFacts, span: Span) -> str:
    middle_s = (span.start_s + span.end_s) / 2
    titles = [one.title for one in facts.chapters if one.start_s <= middle_s < one.end_s]
    return " ".join(storable(titles[-1]).split()) if titles else ""


def _sound(hearings: Sequence[Hearing], span: Span) -> dict[str, str]:
    """Silence, music and other sound of the span, the longest first."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for hearing in hearings:
        for sound in hearing.sounds:
            shared_s = span.overlap(sound.start_s, sound.end_s)
            if shared_s > 0:
                seconds[sound.kind] += shared_s
    least_s = _SOUND_SHARE * (span.end_s - span.start_s)
    kinds = [kind for kind in sorted(seconds, key=lambda kind: -seconds[kind]) if seconds[kind] >= least_s]
    return {"sound": ", ".join(kinds)} if kinds else {}


def _with_languages(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Speech knows its language; what is only written is told from its words."""
    known = Counter(segment.language for segment in segments if segment.language != "und")
    main = known.most_common(1)[0][0] if known else "und"
    told = detect([segment.text for segment in segments], document=main)
    return tuple(
        segment if segment.language != "und" else replace(segment, language=language)
        for segment, language in zip(segments, told, strict=True)
    )
