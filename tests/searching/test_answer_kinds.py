"""What a question asks for, and whether a text has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.searching.answer_kinds import fit


@pytest.mark.parametrize(
    ("question", "text", "share"),
    [
        ("How many lamps are there?", "We agreed on 17 new lamps.", 1.0),
        ("How many lamps are there?", "We agreed on seventeen new lamps.", 1.0),
        ("How many lamps are there?", "Next, the lights in the car park.", 0.0),
        ("What does it cost?", "He wants six thousand pounds.", 1.0),
        ("Where is the key?", "The key of the shed is gone.", 0.0),
        ("Where is the key?", "It hangs under the flower pot on the left.", 1.0),
        ("Where is the key?", "It came on Monday.", 0.5),
        ("Who has the key?", "In the shed on the left are 7 keys.", 0.0),
        ("", "In the shed on the left are 7 keys.", 0.0),
    ],
)
def test_numbers_and_places_fit_questions_for_them(question, text, share):
    assert fit(question, text) == share


@given(st.text(), st.text())
def test_any_text_gets_a_share(question, text):
    assert 0.0 <= fit(question, text) <= 1.0
