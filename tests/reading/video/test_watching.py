"""What was seen survives the catalogue: every Watching comes back from its JSON as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clerestory.reading.video.watching import Cut, KeyFrame, Strip, Watching, Written
from clerestory.types import Box, MediaRequest, TimeSpan

seconds = st.floats(min_value=0, max_value=200_000)
shares = st.floats(min_value=0, max_value=1)
words = st.text(max_size=20)
kinds = st.sampled_from(["cut", "dissolve", "fade"])
watchings = st.builds(
    Watching,
    st.builds(
        MediaRequest, st.just("watch"), st.builds(TimeSpan, seconds, seconds, st.none()), shares, words
    ),
    seconds,
    seconds,
    st.integers(0, 10_000),
    words,
    st.lists(st.builds(Cut, seconds, kinds, seconds, seconds), max_size=3).map(tuple),
    st.lists(
        st.builds(KeyFrame, seconds, words, shares, words, st.integers(1, 4000), st.integers(1, 4000)),
        max_size=3,
    ).map(tuple),
    st.lists(
        st.builds(Written, words, st.builds(Box, shares, shares, shares, shares), seconds, seconds, shares),
        max_size=3,
    ).map(tuple),
    st.lists(st.builds(Strip, seconds, seconds, words), max_size=3).map(tuple),
    words,
)


@given(watchings)
def test_a_watching_comes_back_from_its_json(watching: Watching) -> None:
    assert Watching.from_json(watching.to_json()) == watching
