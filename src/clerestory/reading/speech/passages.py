"""What was said, as passages that are found and cited, each word with its seconds.

In: hearings and the facts of a recording. Out: segments and ledger lines that share out its
duration: every second is in exactly one of them. A passage is about ``segment_words`` words
long and ends where a sentence, a pause of two seconds, a speaker's turn or a chapter ends.
Where there are subtitles they are the text, and what was recognised is kept beside it. Sounds
that last are segments as well, without words of their own.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from clerestory.reading.ledger import note
from clerestory.reading.media.facts import Chapter, Cue, MediaFacts, SubtitleTrack
from clerestory.reading.segmenting import segment_id
from clerestory.reading.sentences import count_words, storable
from clerestory.reading.speech.hearing import Hearing, SpokenWord
from clerestory.reading.speech.sounding import sound_parts
from clerestory.reading.speech.timeline import Stretch, heard_spans, ledger_lines, stretches
from clerestory.reading.speech.voices import speakers
from clerestory.settings import ReadingSettings
from clerestory.types import LedgerLine, Line, MediaRequest, Segment, SegmentKind, TextOrigin, TimeSpan

LONG_PAUSE_S = 2.0  # always ends a passage
TOPIC_PAUSE_S = 1.0  # ends one that is half full, after a sentence
OVERFULL = 1.5  # times segment_words: ends at the longest pause, be it within a sentence
LOW_CONFIDENCE = 0.5  # mean of a passage's words; below it a person should listen
SAME_WORDS = 0.7  # share of recognised words that the subtitles also have: they say the same
SHORTEST_S = 0.001  # of a word and a passage

_SENTENCE_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u201d\u2019)\]]*$")
_ABBREVIATION = re.compile(r"^(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|etc|[A-Z])\.$")
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recognised word with what is known of the utterance that it belongs to."""

    word: SpokenWord
    language: str
    speaker: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """A passage in the making: its words, its cues, or the sound that it is instead.

    ``alone``: it stands for a recording without a word, which is found by its title.
    """

    start_s: float
    end_s: float
    words: tuple[Spoken, ...] = ()
    cues: tuple[Cue, ...] = ()
    sound: str = ""
    alone: bool = False


def passages(
    hearings: Sequence[Hearing],
    waiting: Sequence[MediaRequest],
    *,
    facts: MediaFacts,
    asset: str,
    title: str,
    settings: ReadingSettings,
) -> tuple[tuple[Segment, ...], tuple[LedgerLine, ...]]:
    """Segments and ledger lines of what was heard so far; ``waiting`` stretches are still to be heard."""
    otherwise = _why_not(facts, settings)
    everything = stretches(hearings, waiting, duration_s=facts.duration_s, otherwise=otherwise)
    words = spoken_words(hearings, duration_s=facts.duration_s)
    track = preferred(facts.subtitles)
    drafts = _said(words, facts.chapters, settings.segment_words)
    if track is not None:
        subtitled = _cued(track.cues, facts.chapters, settings.segment_words, facts.duration_s)
        drafts = _beside(subtitled, words, facts.chapters, settings.segment_words)
    wordless = not drafts
    drafts = _with_sounds(drafts, hearings, facts.duration_s)
    if wordless and not waiting and settings.listen:
        drafts = _standing_for_all(drafts) or _wordless(everything)
    segments = [
        _segment(draft, order, track, asset=asset, title=title, chapters=facts.chapters)
        for order, draft in enumerate(drafts)
    ]
    taken = [(draft.start_s, draft.end_s) for draft in drafts]
    ledger = ledger_lines(everything, taken)
    doubtful = tuple(_doubtful(segment) for segment in segments if _is_doubtful(segment))
    return tuple(segments), ledger + doubtful


def spoken_words(hearings: Iterable[Hearing], *, duration_s: float) -> list[Spoken]:
    """All words in order on one clock; none begins before the one before it ends."""
    spans = heard_spans(hearings, duration_s)
    utterances = [(one, start, end) for hearing, start, end in spans for one in hearing.utterances]
    labels = speakers([one for one, _, _ in utterances])
    result: list[Spoken] = []
    cursor = 0.0
    for (utterance, begin, stop), speaker in zip(utterances, labels, strict=True):
        for word in utterance.words:
            start = max(word.start_s, begin, cursor)
            end = min(max(word.end_s, start + SHORTEST_S), stop)
            text = " ".join(storable(word.text).split())
            if text and end > start:
                placed = SpokenWord(text, start, end, min(word.confidence, 0.999))
                result.append(Spoken(placed, utterance.language, speaker))
                cursor = end
    return result


def preferred(tracks: Sequence[SubtitleTrack]) -> SubtitleTrack | None:
    """The subtitles that are the text: those of a file beside it, which somebody put there, come first."""
    with_cues = [track for track in tracks if any(cue.text.strip() for cue in track.cues)]
    return min(with_cues, key=lambda track: track.source == "inside", default=None)


def sentence_ends(text: str) -> bool:
    """Whether a sentence ends with this word."""
    return bool(_SENTENCE_END.search(text)) and not _ABBREVIATION.match(text)


def joined_words(words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """One text of the words and where each of them stands in it; no space between ideograms."""
    text, places = "", []
    for word in words:
        if text and not (_UNSPACED.match(text[-1]) and _UNSPACED.match(word)):
            text += " "
        places.append((len(text), len(text) + len(word)))
        text += word
    return text, places


def _said(words: Sequence[Spoken], chapters: Sequence[Chapter], aim: int) -> list[_Draft]:
    """Words as passages of about ``aim`` words."""
    drafts: list[_Draft] = []
    begin = 0
    for index in range(1, len(words) + 1):
        if index == len(words):
            drafts += _within(words[begin:index], aim)
        elif _ends(words[begin:index], words[index], chapters, aim):
            drafts += _within(words[begin:index], aim)
            begin = index
    return drafts


def _ends(before: Sequence[Spoken], after: Spoken, chapters: Sequence[Chapter], aim: int) -> bool:
    last = before[-1]
    pause = after.word.start_s - last.word.end_s
    if pause > LONG_PAUSE_S or _chapter(chapters, last.word.start_s) != _chapter(
        chapters, after.word.start_s
    ):
        return True
    if last.speaker and after.speaker and last.speaker != after.speaker:
        return True
    if not sentence_ends(last.word.text):
        return False
    return len(before) >= aim or (len(before) >= aim / 2 and pause > TOPIC_PAUSE_S)


def _within(words: Sequence[Spoken], aim: int) -> list[_Draft]:
    """The words as one passage, or as several where no sentence ends for too long."""
    if len(words) <= OVERFULL * aim:
        return [_Draft(words[0].word.start_s, words[-1].word.end_s, words=tuple(words))]
    first, last = max(1, aim // 2), min(len(words) - 1, int(OVERFULL * aim))
    at = max(
        range(first, last + 1), key=lambda index: words[index].word.start_s - words[index - 1].word.end_s
    )
    return _within(words[:at], aim) + _within(words[at:], aim)


def _cued(cues: Sequence[Cue], chapters: Sequence[Chapter], aim: int, duration_s: float) -> list[_Draft]:
    """Subtitles as passages; cues that overlap are told one after the other."""
    placed: list[Cue] = []
    cursor = 0.0
    for cue in sorted(cues, key=lambda cue: (cue.start_s, cue.end_s)):
        text = " ".join(storable(cue.text).split())
        start, end = max(cue.start_s, cursor), min(cue.end_s, duration_s)
        if not text or start >= duration_s:
            continue
        if end - start < SHORTEST_S and placed:  # it stands within the one before it
            last = placed[-1]
            placed[-1] = Cue(last.start_s, last.end_s, f"{last.text} {text}")
            continue
        if end > start:
            placed.append(Cue(start, end, text))
            cursor = end
    drafts: list[_Draft] = []
    group: list[Cue] = []
    for cue in placed:
        if group and _cues_end(group, cue, chapters, aim):
            drafts.append(_Draft(group[0].start_s, group[-1].end_s, cues=tuple(group)))
            group = []
        group.append(cue)
    if group:
        drafts.append(_Draft(group[0].start_s, group[-1].end_s, cues=tuple(group)))
    return drafts


def _cues_end(group: Sequence[Cue], after: Cue, chapters: Sequence[Chapter], aim: int) -> bool:
    last = group[-1]
    pause = after.start_s - last.end_s
    if pause > LONG_PAUSE_S or _chapter(chapters, last.start_s) != _chapter(chapters, after.start_s):
        return True
    words = sum(count_words(cue.text) for cue in group)
    full = words >= aim and sentence_ends(last.text.rsplit(" ", 1)[-1])
    topic = words >= aim / 2 and pause > TOPIC_PAUSE_S
    return full or topic or words + count_words(after.text) > OVERFULL * aim


def _beside(
    subtitled: Sequence[_Draft], words: Sequence[Spoken], chapters: Sequence[Chapter], aim: int
) -> list[_Draft]:
    """Subtitled passages with the words heard in them, and passages of words that no subtitle covers."""
    inside: list[list[Spoken]] = [[] for _ in subtitled]
    rest: list[Spoken] = []
    number = 0
    for one in words:
        middle = (one.word.start_s + one.word.end_s) / 2
        while number < len(subtitled) and subtitled[number].end_s < middle:
            number += 1
        if number < len(subtitled) and subtitled[number].start_s <= middle:
            inside[number].append(_clipped(one, subtitled[number]))
        else:
            rest.append(one)
    drafts = [replace(draft, words=tuple(found)) for draft, found in zip(subtitled, inside, strict=True)]
    for draft in _said(rest, chapters, aim):
        drafts += _outside(draft, subtitled)
    return sorted(drafts, key=lambda draft: draft.start_s)


def _clipped(one: Spoken, draft: _Draft) -> Spoken:
    word = one.word
    start, end = max(word.start_s, draft.start_s), min(word.end_s, draft.end_s)
    return replace(one, word=replace(word, start_s=start, end_s=end))


def _outside(draft: _Draft, subtitled: Sequence[_Draft]) -> list[_Draft]:
    """The draft without the seconds of subtitled passages, in as many parts as they leave."""
    parts: list[list[Spoken]] = [[]]
    for one in draft.words:
        word = one.word
        start, end = word.start_s, word.end_s
        for other in subtitled:
            if other.start_s < end and start < other.end_s:  # its middle lies outside
                start, end = (other.end_s, end) if other.start_s <= start else (start, other.start_s)
        parted = parts[-1] and any(
            parts[-1][-1].word.end_s <= other.start_s and other.end_s <= start for other in subtitled
        )
        if parted:
            parts.append([])
        if end > start:
            parts[-1].append(replace(one, word=replace(word, start_s=start, end_s=end)))
    return [_Draft(part[0].word.start_s, part[-1].word.end_s, words=tuple(part)) for part in parts if part]


def _with_sounds(drafts: Sequence[_Draft], hearings: Sequence[Hearing], duration_s: float) -> list[_Draft]:
    """The drafts and, where nothing is said, the sounds that last."""
    taken = [(draft.start_s, draft.end_s) for draft in drafts]
    parts = sound_parts(hearings, taken, duration_s=duration_s)
    sounds = [_Draft(part.start_s, part.end_s, sound=part.kind) for part in parts]
    return sorted([*drafts, *sounds], key=lambda draft: draft.start_s)


def _standing_for_all(drafts: Sequence[_Draft]) -> list[_Draft]:
    """The same sounds; the longest of them stands for the recording."""
    longest = max(drafts, key=lambda draft: draft.end_s - draft.start_s, default=None)
    return [replace(draft, alone=draft is longest) for draft in drafts]


def _wordless(everything: Sequence[Stretch]) -> list[_Draft]:
    """A recording without a word or a sound that lasts is found by its title: the longest stands for it."""
    sounds = [one for one in everything if one.code in ("music", "sound")]
    if not sounds:
        return []
    longest = max(sounds, key=lambda one: one.duration_s)
    return [_Draft(longest.start_s, longest.end_s, sound=longest.code, alone=True)]


def _segment(
    draft: _Draft,
    order: int,
    track: SubtitleTrack | None,
    *,
    asset: str,
    title: str,
    chapters: Sequence[Chapter],
) -> Segment:
    heard, places = joined_words([one.word.text for one in draft.words])
    lines = [
        Line(start, end, TimeSpan(one.word.start_s, one.word.end_s), one.word.confidence)
        for one, (start, end) in zip(draft.words, places, strict=True)
    ]
    text, attributes = heard, _said_by(draft.words)
    origin: TextOrigin = "speech" if draft.words else "none"
    language = Counter(one.language for one in draft.words).most_common(1)[0][0] if draft.words else "und"
    if draft.cues and track is not None:
        origin, language = "native", _code(track.language, language)
        text, own = _cue_lines(draft.cues)
        attributes["subtitles"] = storable(track.source)
        if _says_the_same(heard, text):
            if heard:
                attributes["heard"] = heard
            lines = own
        else:  # both are searched, each word of the second with its second
            moved = len(text) + 2
            lines = own + [replace(x, start=x.start + moved, end=x.end + moved) for x in lines]
            text = f"{text}\n\n{heard}"
    if draft.sound:
        attributes["sound"] = draft.sound
    locator = TimeSpan(draft.start_s, draft.end_s)
    chapter = _chapter(chapters, draft.start_s)
    context = tuple(part for part in (title, chapter.title if chapter else "") if part)
    caption = draft.sound if draft.alone else ""
    if draft.sound and not draft.alone:  # nobody looks for it by the title, which the passages bear
        context = ()
    kind: SegmentKind = "sound" if draft.sound else "passage"
    return Segment(
        id=segment_id(asset, kind, locator, text=text, caption=caption),
        kind=kind,
        text=text,
        locator=locator,
        order=order,
        context=context,
        caption=caption,
        language=language,
        origin=origin,
        lines=tuple(lines),
        attributes=attributes,
    )


def _cue_lines(cues: Sequence[Cue]) -> tuple[str, list[Line]]:
    text, lines = "", []
    for cue in cues:
        if text:
            text += " "
        lines.append(Line(len(text), len(text) + len(cue.text), TimeSpan(cue.start_s, cue.end_s)))
        text += cue.text
    return text, lines


def _said_by(words: Sequence[Spoken]) -> dict[str, str]:
    if not words:
        return {}
    mean = statistics.mean(one.word.confidence for one in words)
    attributes = {"speech_confidence": f"{mean:.2f}"}
    known = Counter(one.speaker for one in words)
    speaker, times = known.most_common(1)[0]
    if speaker and times >= len(words) / 2:
        attributes["speaker"] = speaker
    return attributes


def _says_the_same(heard: str, subtitles: str) -> bool:
    """Whether most recognised words stand in the subtitles too."""
    first = Counter(re.findall(r"\w+", heard.casefold()))
    second = Counter(re.findall(r"\w+", subtitles.casefold()))
    return (first & second).total() >= SAME_WORDS * first.total()


def _chapter(chapters: Sequence[Chapter], at_s: float) -> Chapter | None:
    return next((one for one in reversed(chapters) if one.start_s <= at_s < one.end_s), None)


def _code(declared: str, otherwise: str) -> str:
    """Two letters of a language that a track declares ("eng" as well as "en")."""
    three = {"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it"}
    code = declared.strip().lower().partition("-")[0]
    code = three.get(code, code)
    return code if len(code) == 2 and code.isascii() and code.isalpha() else otherwise


def _why_not(facts: MediaFacts, settings: ReadingSettings) -> str:
    if not settings.listen:
        return "listening is switched off (reading.listen)"
    if not any(track.decodable for track in facts.sounds):
        return "there is no sound track that can be decoded"
    return "never asked to be heard; read the file again"


def _is_doubtful(segment: Segment) -> bool:
    return float(segment.attributes.get("speech_confidence", "1")) < LOW_CONFIDENCE


def _doubtful(segment: Segment) -> LedgerLine:
    reason = f"recognised with low confidence ({segment.attributes['speech_confidence']})"
    return note("low-confidence", "text", reason, locator=segment.locator)
