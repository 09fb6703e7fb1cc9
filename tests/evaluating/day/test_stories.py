"""The stories: slots, answers, distractors, questions."""

from __future__ import annotations

import pytest

from clerestory.evaluating.day.stories import Break, Caption, Slide, Spoken, choose, tell


@pytest.fixture(scope="module")
def stories():
    return tell(3)


def test_a_day_has_recordings_and_videos_without_open_slots(stories):
    kinds = [story.kind for story in stories]
    assert 20 <= kinds.count("recording") <= 30
    assert 8 <= kinds.count("video") <= 10
    for story in stories:
        texts = [part.text for part in story.parts if isinstance(part, Spoken | Caption)]
        texts += [
            line for part in story.parts if isinstance(part, Slide) for line in (part.title, *part.lines)
        ]
        texts += [question for one in story.asked for question in one.questions]
        assert texts
        assert not any("{" in text or "}" in text for text in texts)


def test_the_same_seed_tells_the_same_and_another_one_something_else(stories):
    assert tell(3) == stories
    assert tell(4) != stories


def test_every_question_has_an_answer_that_is_said_or_only_shown(stories):
    for story in stories:
        assert len({one.fact for one in story.asked}) == len(story.asked)
        for one in story.asked:
            answer = story.parts[story.part(one.fact)]
            assert isinstance(answer, Spoken | Slide | Caption)


def test_a_story_that_is_told_twice_differs_in_what_is_asked_for(stories):
    first, second = (story for story in stories if story.name.startswith("weather"))
    assert not {q for one in first.asked for q in one.questions} & {
        q for one in second.asked for q in one.questions
    }


def test_videos_begin_with_a_slide_and_recordings_show_nothing(stories):
    for story in stories:
        shown = [part for part in story.parts if isinstance(part, Slide | Caption)]
        assert isinstance(story.parts[0], Slide) if story.kind == "video" else not shown


def test_recordings_have_breaks_and_small_talk(stories):
    recordings = [story for story in stories if story.kind == "recording"]
    assert all(any(isinstance(part, Break) for part in story.parts) for story in recordings)
    talk = [part.text for story in recordings for part in story.parts if isinstance(part, Spoken)]
    assert len(talk) > len(set(talk))  # the same small talk in several


def test_questions_are_on_different_facts_of_all_stories_and_on_what_is_only_shown(stories):
    chosen = choose(stories, count=60, seed=3)
    assert len(chosen) == 60
    assert len({(one.story, one.fact) for one in chosen}) == 60
    assert {one.story for one in chosen} == set(range(len(stories)))
    answers = [stories[one.story].parts[stories[one.story].part(one.fact)] for one in chosen]
    assert sum(isinstance(answer, Slide | Caption) for answer in answers) >= 9
    assert choose(stories, count=60, seed=3) == chosen
    assert choose(stories, count=60, seed=4) != chosen
