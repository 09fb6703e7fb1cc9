"""One stretch of a recording in, what was heard in it out.

The stretch is cut at the quietest moment near each planned mark; both neighbours look at
the same seconds around it and so find the same one. Then: where somebody speaks, packs of
15 to 25 s to the recogniser, words that are to be believed, names for everything else. Only
this stretch is decoded. It does not know what becomes of the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clerestory.errors import FileDenied, FileVanished, InputError, WrongPassword
from clerestory.reading.speech.activity import Pack, Span, clipped, packs, speech_spans
from clerestory.reading.speech.hearing import LEVEL_S, Hearing, Sound, SoundKind, SpokenWord, Utterance
from clerestory.reading.speech.sounding import with_features
from clerestory.reading.speech.sounds import RATE, levels_db, mean_db, measure_levels, name_sounds
from clerestory.reading.speech.trust import LOST, repeats, verdict, with_neighbours
from clerestory.reading.speech.voices import voice_of

if TYPE_CHECKING:
    from clerestory.models.speech import Heard, SpeechRecogniser, Word
    from clerestory.models.voice_activity import VoiceActivity
    from clerestory.reading.source import Source
    from clerestory.settings import ReadingSettings
    from clerestory.types import MediaRequest

CUT_WITHIN_S = 6.0  # of the planned mark; people pause more often than that
CUT_WINDOW_S = 0.4  # of quiet that is looked for
END_S = 1.0  # a mark with less sound than this behind it is the end of the recording
WARM_S = 2.0  # what the voice detector hears before the stretch
UTTERANCE_PAUSE_S = 0.35  # a longer pause between words ends an utterance


@dataclass(frozen=True, slots=True)
class Ears:
    """The models that hearing takes."""

    recogniser: SpeechRecogniser
    activity: VoiceActivity


def listen(
    source: Source, request: MediaRequest, ears: Ears, settings: ReadingSettings, *, track: int = 0
) -> Hearing:
    """What is heard in the requested stretch of ``source``.

    A stretch that cannot be decoded gives a Hearing with its ``error``; what may be
    otherwise another time (a password, a file that is away, weights, memory) is raised.
    """
    from clerestory.reading.media.sound import stretch

    try:
        planned = request.locator
        reach = min(CUT_WITHIN_S, settings.listen_stretch_s / 4)  # not of this stretch: of all the same
        start = cut_near(source, planned.start_s, reach, ears, track=track)
        end = cut_near(source, planned.end_s, reach, ears, track=track)
        begin = max(0.0, start - WARM_S)
        samples = stretch(source.path, begin, end, track=track)
    except (WrongPassword, FileVanished, FileDenied):
        raise
    except InputError as error:
        return Hearing.failed(request, str(error))
    return hear(samples, begin, request, ears, start_s=start, end_s=end)


def cut_near(source: Source, mark_s: float, reach_s: float, ears: Ears, *, track: int) -> float:
    """The quietest moment near the mark; the beginning and the end of the recording stay where they are."""
    if mark_s <= 0.0:
        return mark_s
    # The same seconds for both neighbours, whatever else each of them decodes.
    begin = max(0.0, mark_s - reach_s)
    samples = _at_most(source, begin, mark_s + reach_s, track=track)
    if len(samples) < (mark_s + min(END_S, reach_s / 2) - begin) * RATE:
        return mark_s
    return round(begin + quietest(samples, mark_s - begin, ears.activity), 3)


def _at_most(source: Source, start_s: float, end_s: float, *, track: int) -> np.ndarray:
    """The samples from ``start_s`` to ``end_s``, fewer where the track ends before."""
    from clerestory.reading.media.sound import samples

    wanted = round((end_s - start_s) * RATE)
    blocks: list[np.ndarray] = []
    for block in samples(source.path, start_s=start_s, track=track):
        blocks.append(block)
        wanted -= len(block)
        if wanted <= 0:
            break
    return np.concatenate(blocks)[: round((end_s - start_s) * RATE)] if blocks else np.zeros(0, np.float32)


def quietest(samples: np.ndarray, mark_s: float, activity: VoiceActivity) -> float:
    """The second of ``samples`` where a cut harms least: no speech, then quiet, then near the mark."""
    speech = activity.probabilities(samples)
    step = round(activity.frame_s * RATE)
    count = len(samples) // step
    if not count:
        return mark_s
    power = (samples[: count * step].reshape(count, step).astype(np.float64) ** 2).mean(axis=1)
    width = min(count, max(1, round(CUT_WINDOW_S / activity.frame_s)))
    window = np.ones(width) / width
    spoken = np.convolve(speech[:count], window, mode="valid")
    loud = 10 * np.log10(np.convolve(power, window, mode="valid") + 1e-10)
    moments = (np.arange(len(spoken)) + width / 2) * activity.frame_s
    far = np.abs(moments - mark_s) / max(mark_s, 1e-9)
    cost = spoken + (loud - loud.min()) / 100 + 0.05 * far
    return float(moments[int(cost.argmin())])


def hear(
    samples: np.ndarray, begin_s: float, request: MediaRequest, ears: Ears, *, start_s: float, end_s: float
) -> Hearing:
    """What is heard in ``samples``, which begin at ``begin_s``, from ``start_s`` to ``end_s``."""
    frame_s = ears.activity.frame_s
    speech = ears.activity.probabilities(samples)
    skipped = round((start_s - begin_s) / frame_s)
    spans = clipped(speech_spans(speech, frame_s=frame_s, start_s=begin_s), start_s, end_s)
    utterances: list[Utterance] = []
    rejected: list[tuple[Span, SoundKind]] = []
    found = [
        pair
        for pack in packs(
            spans, speech[skipped:], frame_s=frame_s, start_s=begin_s + skipped * frame_s, end_s=end_s
        )
        for pair in _recognised(pack, samples, begin_s, ears)
    ]
    for part, heard in with_neighbours(found):
        kind = verdict(part, heard)
        if kind is None:
            utterances += _utterances(part, heard, samples, begin_s)
        else:
            rejected += [(span, kind) for span in part.spans]
    return Hearing(
        request=request,
        start_s=start_s,
        end_s=end_s,
        utterances=tuple(utterances),
        sounds=tuple(
            with_features(one, samples, begin_s, alone=not utterances)
            for one in _sounds(samples, begin_s, utterances, rejected, start_s=start_s, end_s=end_s)
        ),
        levels=measure_levels(samples[round((start_s - begin_s) * RATE) :]),
        recogniser=f"{ears.recogniser.name} {ears.recogniser.version}",
    )


def _recognised(pack: Pack, samples: np.ndarray, begin_s: float, ears: Ears) -> list[tuple[Pack, Heard]]:
    """The pack with its words; one in which the recogniser lost its way is tried again in two parts."""
    low, high = round((pack.start_s - begin_s) * RATE), round((pack.end_s - begin_s) * RATE)
    heard = ears.recogniser.transcribe(samples[max(low, 0) : high])
    lost = heard.covered == LOST or repeats([word.text for word in heard.words])
    if not lost or len(pack.spans) < 2:
        return [(pack, heard)]
    pauses = [after.start_s - before.end_s for before, after in zip(pack.spans, pack.spans[1:], strict=False)]
    at = int(np.argmax(pauses)) + 1
    middle = (pack.spans[at - 1].end_s + pack.spans[at].start_s) / 2
    first = Pack(pack.start_s, middle, pack.spans[:at])
    second = Pack(middle, pack.end_s, pack.spans[at:])
    return _recognised(first, samples, begin_s, ears) + _recognised(second, samples, begin_s, ears)


def _utterances(pack: Pack, heard: Heard, samples: np.ndarray, begin_s: float) -> list[Utterance]:
    """The pack's words on the recording's clock, parted at its pauses."""
    words = placed(heard.words, pack)
    groups: list[list[SpokenWord]] = []
    for word in words:
        if groups and word.start_s - groups[-1][-1].end_s < UTTERANCE_PAUSE_S:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [
        Utterance(
            words=tuple(group),
            start_s=group[0].start_s,
            end_s=group[-1].end_s,
            language=heard.language,
            log_probability=round(heard.log_probability, 4),
            covered=round(heard.covered, 4),
            voice=voice_of(_spoken(samples, begin_s, pack.spans, group[0].start_s, group[-1].end_s)),
        )
        for group in groups
    ]


def placed(words: Sequence[Word], pack: Pack) -> list[SpokenWord]:
    """Words in order with seconds of the recording; none of them lasts into a pause.

    A recogniser gives the pause to the word before it, so that a word ends at the latest
    where the speech ends in which most of it is said.
    """
    result: list[SpokenWord] = []
    earliest = pack.start_s
    for word in words:
        start = pack.start_s + word.start_s
        end = pack.start_s + word.end_s
        span = _span_of(pack.spans, start, end)
        start = min(max(start, span.start_s, earliest), span.end_s)
        end = min(max(end, start), span.end_s)
        start = max(start, earliest)
        end = max(end, start)
        result.append(SpokenWord(word.text, round(start, 3), round(end, 3), round(word.confidence, 3)))
        earliest = result[-1].end_s
    return result


def _span_of(spans: Sequence[Span], start_s: float, end_s: float) -> Span:
    """The span that shares most time with the word; without any, the nearest one."""
    middle = (start_s + end_s) / 2

    def fit(span: Span) -> tuple[float, float]:
        shared = min(end_s, span.end_s) - max(start_s, span.start_s)
        away = max(span.start_s - middle, middle - span.end_s, 0.0)
        return max(shared, 0.0), -away

    return max(spans, key=fit)


def _spoken(
    samples: np.ndarray, begin_s: float, spans: Sequence[Span], start_s: float, end_s: float
) -> np.ndarray:
    """The samples in which somebody speaks, pauses left out."""
    parts = [
        samples[round((span.start_s - begin_s) * RATE) : round((span.end_s - begin_s) * RATE)]
        for span in clipped(spans, start_s, end_s)
    ]
    return np.concatenate(parts) if parts else samples[:0]


def _sounds(
    samples: np.ndarray,
    begin_s: float,
    utterances: Sequence[Utterance],
    rejected: Sequence[tuple[Span, SoundKind]],
    *,
    start_s: float,
    end_s: float,
) -> list[Sound]:
    """Names for all time outside of the utterances, in order."""
    loudness = levels_db(samples)

    def level(begin: float, end: float) -> float:
        first = int((begin - begin_s) / LEVEL_S)
        return mean_db(loudness[first : max(first + 1, round((end - begin_s) / LEVEL_S))])

    spoken = [level(one.start_s, one.end_s) for one in utterances]
    known = sorted(
        [(one.start_s, one.end_s, None) for one in utterances]
        + [(span.start_s, span.end_s, kind) for span, kind in rejected if kind != "sound"]
    )
    gaps: list[tuple[float, float]] = []
    named: list[Sound] = []
    cursor = start_s
    for begin, end, kind in known:
        begin = max(begin, cursor)
        if begin > cursor:
            gaps.append((cursor, begin))
        if kind is not None and end > begin:
            named.append(Sound(begin, end, kind, level(begin, end)))
        cursor = max(cursor, end)
    if end_s > cursor:
        gaps.append((cursor, end_s))
    speech_db = float(np.median(spoken)) if spoken else None
    named += name_sounds(samples, gaps, start_s=begin_s, speech_db=speech_db)
    return sorted(named, key=lambda one: one.start_s)
