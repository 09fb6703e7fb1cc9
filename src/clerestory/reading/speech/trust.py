"""Which recognised words to believe: a recogniser invents some where nobody speaks.

In: a pack of speech and what was heard in it. Out: the words, or what the pack is instead.
Measured on clips of ESC-10 and made sounds, where every word is invented, against read
speech by 62 people, clean and with noise up to 0 dB: see docs/measured.md. It does not
look at the sound itself.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from clerestory.reading.speech.activity import Pack
from clerestory.reading.speech.hearing import SoundKind

if TYPE_CHECKING:
    from clerestory.models.speech import Heard

LOST = 0.0  # ``covered`` where the recogniser itself says that it lost its way
COVERED = 0.4  # below it the words are not believed, see docs/measured.md
NOT_COVERED = 0.2  # and below this it is more likely another language than badly understood
NEAR_S = 30.0  # how far a neighbour's language tells
# Sneezes, barks and sung notes reach 0.5 to 0.7 s of doubtful speech; the shortest sentence, 1 s.
LEAST_SPEECH_S = 0.5  # seconds of speech times their mean probability
SURE_SPEECH = 0.9  # mean probability of a span: hardly anything but speech reaches it
DOUBTFUL_SPEECH = 0.75
SURE_WORDS = -0.35  # mean log-probability per token
SHORT_WORDS = -0.5  # for a word or two alone
DOUBTFUL_WORDS = -1.0
NO_WORDS = -1.6  # even where somebody surely speaks
SHORTEST_WORD_S = 0.22
MOST_WORDS_PER_S = 7.0  # of speech; auctioneers reach six
LEAST_WORDS_PER_S = 0.25
SLOW_FROM_S = 3.0  # where so few words are no long-drawn answer
REPEATED = 4  # times in a row that nobody says three words or more
REPEATED_WORD = 8  # "no, no, no, no" is said

# What recognisers trained on films write under sounds without words.
_HABITS = re.compile(
    r"(you|thank you( for watching)?|thanks( for watching)?|bye|oh|mm-?hmm?|hmm|uh|um|so|okay|yeah)[.!,? ]*",
    re.IGNORECASE,
)
_UNSPOKEN = re.compile(r"^\W*\u00a9|\b(subtitles?|transcript(ion)?|captions?) by\b", re.IGNORECASE)


def with_neighbours(found: Sequence[tuple[Pack, Heard]]) -> list[tuple[Pack, Heard]]:
    """The same, ``covered`` judged together with what is heard around it.

    Three seconds say little about a language, and few people change theirs from one sentence to
    the next: log-odds are averaged over all packs, weighted by their speech and their nearness.
    """
    telling = [(pack, heard) for pack, heard in found if heard.words and heard.covered > LOST]
    if not telling:
        return list(found)
    moments = np.array([(pack.start_s + pack.end_s) / 2 for pack, _ in telling])
    lengths = np.array([sum(span.duration_s for span in pack.spans) for pack, _ in telling])
    odds = np.array([_log_odds(heard.covered) for _, heard in telling])
    result = []
    for pack, heard in found:
        if heard.words and heard.covered > LOST:
            away = np.abs(moments - (pack.start_s + pack.end_s) / 2)
            weights = lengths * np.exp(-away / NEAR_S)
            mean = float((weights * odds).sum() / weights.sum())
            heard = replace(heard, covered=1 / (1 + math.exp(-mean)))
        result.append((pack, heard))
    return result


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 0.01), 0.99)
    return math.log(bounded / (1 - bounded))


def verdict(pack: Pack, heard: Heard) -> SoundKind | None:
    """None when the words are to be believed, else what the pack's speech is.

    ``sound``: nobody speaks here. ``unclear-speech``: somebody does, but these are not the
    words. ``speech-not-covered``: the language is not one that the recogniser knows.
    """
    speech_s = sum(span.duration_s for span in pack.spans)
    mean = sum(span.duration_s * span.mean for span in pack.spans) / speech_s
    best = max(span.mean for span in pack.spans)
    somebody = speech_s * best >= LEAST_SPEECH_S and best >= DOUBTFUL_SPEECH
    words = [word.text for word in heard.words]
    if not any(character.isalnum() for word in words for character in word):
        return "unclear-speech" if somebody else "sound"
    if speech_s * best < LEAST_SPEECH_S:
        sure = best >= SURE_SPEECH and heard.log_probability >= SHORT_WORDS and speech_s >= SHORTEST_WORD_S
        if not sure:
            return "sound"
    if _UNSPOKEN.search(" ".join(words)):
        return "unclear-speech" if somebody else "sound"
    if best < SURE_SPEECH and _HABITS.fullmatch(" ".join(words)):
        return "sound"
    if best < DOUBTFUL_SPEECH and heard.log_probability < SURE_WORDS:
        return "sound"
    if best < SURE_SPEECH and heard.log_probability < DOUBTFUL_WORDS:
        return "unclear-speech" if mean >= DOUBTFUL_SPEECH else "sound"
    if LOST < heard.covered < COVERED:
        return "speech-not-covered" if heard.covered < NOT_COVERED else "unclear-speech"
    lost = heard.covered == LOST or repeats(words)
    if heard.log_probability < NO_WORDS or lost or not _pace_is_possible(len(words), speech_s):
        return "unclear-speech"
    return None


def repeats(words: Sequence[str]) -> bool:
    """A word or phrase again and again, as a decoder does that has lost its way."""
    plain = [re.sub(r"\W+", "", word).casefold() for word in words]
    for length in range(1, min(12, len(plain) // REPEATED) + 1):
        times = REPEATED_WORD if length <= 2 else REPEATED
        run = 0
        for index in range(length, len(plain)):
            run = run + 1 if plain[index] == plain[index - length] else 0
            if run >= length * (times - 1):
                return True
    if len(plain) < 40:
        return False
    triples = Counter(zip(plain, plain[1:], plain[2:], strict=False))
    return triples.most_common(1)[0][1] > 2 * REPEATED


def _pace_is_possible(words: int, speech_s: float) -> bool:
    if words > max(3.0, MOST_WORDS_PER_S * speech_s):
        return False
    return speech_s < SLOW_FROM_S or words >= LEAST_WORDS_PER_S * speech_s
