from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clerestory.reading.speech.hearing import BANDS, Hearing, Levels, Sound, SpokenWord, Utterance
from clerestory.types import MediaRequest, TimeSpan

_seconds = st.floats(0, 200_000, allow_nan=False)
_words = st.builds(SpokenWord, st.text(min_size=1, max_size=12), _seconds, _seconds, st.floats(0, 1))
_utterances = st.builds(
    Utterance,
    st.lists(_words, max_size=4).map(tuple),
    _seconds,
    _seconds,
    st.sampled_from(["en", "und"]),
    st.floats(-9, 0),
    st.floats(0, 1),
    st.lists(st.floats(-5, 5), max_size=3).map(tuple),
)
_sounds = st.builds(
    Sound, _seconds, _seconds, st.sampled_from(["silence", "music", "sound"]), st.floats(-100, 0)
)
_levels = st.builds(
    Levels,
    st.lists(st.integers(-100, 0), max_size=5).map(tuple),
    st.lists(st.integers(0, 255), max_size=5).map(tuple),
    st.binary(min_size=BANDS, max_size=BANDS),
    st.floats(0.05, 9),
)
_requests = st.builds(
    MediaRequest, st.just("listen"), st.builds(TimeSpan, _seconds, _seconds), st.floats(0, 1), st.text()
)


@given(
    st.builds(
        Hearing,
        _requests,
        _seconds,
        _seconds,
        st.lists(_utterances, max_size=3).map(tuple),
        st.lists(_sounds, max_size=3).map(tuple),
        _levels,
        st.text(max_size=5),
        st.text(max_size=5),
    )
)
def test_what_was_heard_survives_json_to_the_last_digit(hearing: Hearing) -> None:
    assert Hearing.from_json(hearing.to_json()) == hearing


def test_a_stretch_that_failed_keeps_its_planned_span_and_the_reason() -> None:
    request = MediaRequest("listen", TimeSpan(300.0, 600.0), 0.5, "not heard yet")

    hearing = Hearing.failed(request, "the track is damaged")

    assert (hearing.start_s, hearing.end_s, hearing.error) == (300.0, 600.0, "the track is damaged")
    assert Hearing.from_json(hearing.to_json()) == hearing
