from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clerestory.reading.speech.activity import PACK_MARGIN_S, PACK_TO_S, Span, packs, speech_spans

FRAME_S = 0.032


def _probabilities(*parts: tuple[float, float]) -> np.ndarray:
    """(seconds, probability) one after the other."""
    return np.concatenate([np.full(round(s / FRAME_S), p, np.float32) for s, p in parts])


def test_a_dip_inside_a_word_does_not_end_the_speech() -> None:
    spans = speech_spans(_probabilities((1, 0.1), (1, 0.9), (0.16, 0.2), (1, 0.9), (1, 0.1)), frame_s=FRAME_S)

    assert len(spans) == 1
    assert spans[0].start_s == 31 * FRAME_S


def test_speech_goes_on_at_a_lower_probability_than_it_begins() -> None:
    assert not speech_spans(_probabilities((2, 0.45)), frame_s=FRAME_S)
    assert len(speech_spans(_probabilities((0.2, 0.6), (2, 0.45)), frame_s=FRAME_S)) == 1


def test_clicks_are_no_speech() -> None:
    assert not speech_spans(_probabilities((1, 0.1), (0.064, 0.9), (1, 0.1)), frame_s=FRAME_S)


def test_packs_part_at_the_longest_pause_and_at_any_long_one() -> None:
    spans = [Span(0, 16, 1, 1), Span(16.3, 19, 1, 1), Span(19.9, 24, 1, 1), Span(24.2, 30, 1, 1)]
    spans.append(Span(33, 35, 1, 1))

    found = packs(spans, np.ones(1200, np.float32), frame_s=FRAME_S, start_s=0.0, end_s=36.0)

    assert [len(pack.spans) for pack in found] == [2, 2, 1]
    assert found[0].end_s == 19 + PACK_MARGIN_S


_gaps = st.lists(st.tuples(st.floats(0.21, 4), st.floats(0.1, 70)), min_size=1, max_size=12)


@settings(max_examples=80)
@given(_gaps)
def test_every_second_of_speech_is_in_exactly_one_pack_of_bounded_length(gaps) -> None:
    spans, clock = [], 0.0
    for pause, length in gaps:
        spans.append(Span(clock + pause, clock + pause + length, 0.9, 0.8))
        clock += pause + length
    end_s = clock + 1.0
    speech = np.random.default_rng(0).uniform(0.5, 1, round(end_s / FRAME_S) + 1).astype(np.float32)

    found = packs(spans, speech, frame_s=FRAME_S, start_s=0.0, end_s=end_s)

    assert all(pack.end_s - pack.start_s <= PACK_TO_S + 2 * PACK_MARGIN_S + 1e-6 for pack in found)
    assert all(a.end_s <= b.start_s + 1e-6 for a, b in itertools.pairwise(found))
    inside = [span for pack in found for span in pack.spans]
    assert abs(sum(x.duration_s for x in inside) - sum(x.duration_s for x in spans)) < 1e-6
    for pack in found:
        assert pack.start_s <= pack.spans[0].start_s
        assert pack.spans[-1].end_s <= pack.end_s
