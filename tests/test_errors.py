"""Errors say what, where and what to do, survive pickling, and the drawn tree is the real one."""

import pickle
import re

import pytest

from clerestory import errors
from clerestory.errors import (
    ClerestoryError,
    InputError,
    MachineError,
    ModelMissing,
    TooLarge,
    UnreadableFile,
)


def every_error(kind: type[ClerestoryError] = ClerestoryError):
    for child in kind.__subclasses__():
        yield child
        yield from every_error(child)


def test_a_message_has_what_where_and_fix():
    error = ModelMissing("weights are not here", where="minilm", fix="Run `clerestory models pull minilm`.")
    assert str(error) == "minilm: weights are not here. Run `clerestory models pull minilm`."
    assert (error.what, error.where, error.fix) == (
        "weights are not here",
        "minilm",
        "Run `clerestory models pull minilm`.",
    )


def test_parts_that_are_not_given_leave_no_punctuation_behind():
    assert str(ClerestoryError("it is gone")) == "it is gone"
    assert str(ClerestoryError("it is gone", fix="Add it again.")) == "it is gone. Add it again."


@pytest.mark.parametrize("kind", sorted(set(every_error()), key=lambda kind: kind.__name__))
def test_an_error_comes_back_whole_from_another_process(kind):
    error = kind("what", where="where", fix="fix")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert (copy.what, copy.where, copy.fix, str(copy)) == ("what", "where", "fix", str(error))


@pytest.mark.parametrize("kind", sorted(set(every_error()), key=lambda kind: kind.__name__))
def test_every_error_belongs_to_the_file_or_to_the_machine_and_says_when_it_is_raised(kind):
    assert kind in (InputError, MachineError) or issubclass(kind, (InputError, MachineError))
    assert kind.__doc__


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes():
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__))
    assert drawn == {kind.__name__ for kind in every_error()}


def test_a_file_over_a_limit_is_an_unreadable_file():
    assert issubclass(TooLarge, UnreadableFile)
