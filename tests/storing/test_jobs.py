import sqlite3
from dataclasses import replace

import pytest
from tests.storing.makers import digest, reading

from clerestory.storing import jobs as jobs_module
from clerestory.storing import steps
from clerestory.storing.catalogue import Catalogue
from clerestory.storing.jobs import MEDIA, OCR
from clerestory.types import MediaRequest, OcrRequest, PageBox, TimeSpan


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue(tmp_path / "catalogue.sqlite")
    yield opened
    opened.close()


def ask(catalogue, *requests, name="a", version="1", grown=False):
    places = tuple(one for one in requests if isinstance(one, OcrRequest))
    stretches = tuple(one for one in requests if isinstance(one, MediaRequest))
    made = reading(name, version=version, ocr_requests=places, media_requests=stretches)
    catalogue.record_reading(digest(name + version), made, grown=grown)


THIN = OcrRequest(PageBox(2), 2.0, "thin page", context=("Manual",))
LARGE = OcrRequest(PageBox(1), 0.5, "large figure", object=digest("crop"))


def test_the_most_urgent_comes_first(catalogue):
    ask(catalogue, LARGE, THIN)
    jobs = catalogue.jobs.waiting()
    assert [job.request for job in jobs] == [THIN, LARGE]
    assert jobs[0].asset == digest("a") and jobs[0].priority == 2.0
    assert [job.request for job in catalogue.jobs.waiting(limit=1)] == [THIN]
    assert catalogue.jobs.waiting(assets=[digest("b")]) == []
    assert len(catalogue.jobs.waiting(assets=[digest("a")])) == 2
    assert catalogue.jobs.pending() == {digest("a"): (2, 0.0)}


def test_results_are_kept(catalogue):
    ask(catalogue, LARGE, THIN)
    thin, large = catalogue.jobs.waiting()
    catalogue.jobs.finish(thin, '{"lines": []}')
    assert catalogue.jobs.waiting() == [large]
    assert [job.result for job in catalogue.jobs.of(digest("a"), state="done")] == ['{"lines": []}']


def test_a_newer_reading_does_not_ask_again_for_what_was_done(catalogue):
    ask(catalogue, THIN, LARGE)
    catalogue.jobs.finish(catalogue.jobs.waiting()[0], "{}")
    ask(catalogue, THIN, version="2")
    assert catalogue.jobs.waiting() == []  # THIN is done, LARGE is not wanted any more
    assert len(catalogue.jobs.of(digest("a"))) == 1


def test_asking_again_with_another_priority_changes_it(catalogue):
    ask(catalogue, LARGE)
    ask(catalogue, OcrRequest(LARGE.locator, 9.0, "now thin", object=LARGE.object), version="2")
    (job,) = catalogue.jobs.waiting()
    assert (job.priority, job.request.reason) == (9.0, "now thin")


def test_the_trash_does_not_wait(catalogue):
    ask(catalogue, THIN)
    catalogue.remove([digest("a")])
    assert catalogue.jobs.waiting() == []
    catalogue.restore([digest("a")])
    assert len(catalogue.jobs.waiting()) == 1
    catalogue.purge([digest("a")])
    assert catalogue.jobs.of(digest("a")) == []


def stretch(start_s: float, end_s: float, *, kind="listen", priority=1.0) -> MediaRequest:
    return MediaRequest(kind, TimeSpan(start_s, end_s), priority, "not heard yet")


FIRST, SECOND, SEEN = stretch(0.0, 300.0), stretch(300.0, 420.5), stretch(0.0, 300.0, kind="watch")


def test_stretches_wait_beside_places_by_their_own_priority(catalogue):
    ask(catalogue, THIN, FIRST, SECOND, SEEN)
    assert [job.request for job in catalogue.jobs.waiting()] == [THIN, FIRST, SECOND, SEEN]
    assert [job.request for job in catalogue.jobs.waiting(kinds=MEDIA)] == [FIRST, SECOND, SEEN]
    assert [job.request for job in catalogue.jobs.waiting(kinds=OCR)] == [THIN]
    assert [job.request for job in catalogue.jobs.waiting(kinds=["watch"])] == [SEEN]
    assert catalogue.jobs.pending() == {digest("a"): (1, 720.5)}
    counts = catalogue.counts()
    assert (counts.jobs_waiting, counts.media_waiting_s) == (1, 720.5)


def test_a_grown_reading_keeps_what_is_done(catalogue):
    ask(catalogue, FIRST, SECOND)
    catalogue.jobs.finish(catalogue.jobs.waiting()[0], "{}")
    ask(catalogue, SECOND, version="2", grown=True)
    assert [job.request for job in catalogue.jobs.of(digest("a"), state="done")] == [FIRST]
    assert [job.request for job in catalogue.jobs.waiting()] == [SECOND]


def test_other_stretches_replace_those_that_were_done(catalogue):
    ask(catalogue, FIRST, SECOND, SEEN)
    for job in catalogue.jobs.waiting():
        catalogue.jobs.finish(job, "{}")
    halves = [stretch(0.0, 150.0), stretch(150.0, 420.5)]
    ask(catalogue, *halves, version="2")
    assert [job.request for job in catalogue.jobs.waiting()] == halves
    assert [job.request for job in catalogue.jobs.of(digest("a"), state="done")] == [SEEN]


def test_a_reading_that_asks_for_nothing_forgets_nothing(catalogue):
    ask(catalogue, FIRST)
    catalogue.jobs.finish(catalogue.jobs.waiting()[0], "{}")
    ask(catalogue, version="2")
    assert len(catalogue.jobs.of(digest("a"), state="done")) == 1
    assert catalogue.jobs.unmerged(kinds=MEDIA) == {digest("a")}


def test_a_result_that_nobody_asks_for_any_more_is_no_other_ones(catalogue):
    ask(catalogue, SEEN)
    (job,) = catalogue.jobs.waiting()
    halves = [replace(SEEN, locator=TimeSpan(*edges)) for edges in ((0.0, 5.0), (5.0, 10.0))]
    ask(catalogue, *halves, version="2", grown=True)
    assert job.job in {one.job for one in catalogue.jobs.waiting()}  # the number is given out again
    catalogue.jobs.finish(job, "{}", objects=[digest("a frame")])
    assert [one.request for one in catalogue.jobs.waiting()] == halves
    assert catalogue.jobs.objects(digest("a")) == {}


def test_a_reading_made_anew_is_behind_its_results(catalogue, monkeypatch):
    clock = iter(f"2030-01-01T00:{minute:02}:00.000000+00:00" for minute in range(60))
    times = {"now": next(clock)}
    for module in (steps, jobs_module):
        monkeypatch.setattr(module, "now", lambda: times["now"])
    ask(catalogue, FIRST)
    times["now"] = next(clock)
    catalogue.jobs.finish(catalogue.jobs.waiting()[0], "{}")
    assert catalogue.jobs.unmerged(kinds=MEDIA) == {digest("a")}
    assert catalogue.jobs.unmerged(kinds=OCR) == set()
    times["now"] = next(clock)
    ask(catalogue, version="2", grown=True)
    assert catalogue.jobs.unmerged(kinds=MEDIA) == set()
    times["now"] = next(clock)
    ask(catalogue, FIRST, version="3")
    assert catalogue.jobs.unmerged(kinds=MEDIA) == {digest("a")}
    assert catalogue.jobs.waiting() == []


def test_tries_are_counted(catalogue):
    ask(catalogue, FIRST)
    (job,) = catalogue.jobs.waiting()
    catalogue.jobs.tried(job.job)
    assert [job.tries for job in catalogue.jobs.waiting()] == [1]


def test_objects_of_results_are_kept_until_the_asset_is_purged(catalogue):
    ask(catalogue, SEEN)
    (job,) = catalogue.jobs.waiting()
    frame = digest("a frame")
    catalogue.jobs.finish(job, "{}", objects=(frame, frame))
    assert catalogue.jobs.objects(digest("a")) == {job.job: [frame]}
    assert frame in catalogue.referenced().objects
    catalogue.jobs.again([job.job])
    assert [one.request for one in catalogue.jobs.waiting()] == [SEEN]
    assert frame not in catalogue.referenced().objects
    catalogue.jobs.finish(job, "{}", objects=[frame])
    catalogue.remove([digest("a")])
    assert frame in catalogue.purge([digest("a")]).objects
    assert catalogue.referenced().objects == ()


def test_jobs_of_an_older_catalogue_are_places(tmp_path):
    file = tmp_path / "older.sqlite"
    catalogue = Catalogue(file)
    ask(catalogue, THIN)
    catalogue.close()
    with sqlite3.connect(file) as plain:
        plain.execute("DROP TABLE job_objects")
        plain.execute("DROP TABLE embedded")
        plain.execute("ALTER TABLE spaces DROP COLUMN source")
        for column in ("kind", "seconds", "tries"):
            plain.execute(f"ALTER TABLE jobs DROP COLUMN {column}")
        plain.execute("PRAGMA user_version = 1")
    plain.close()
    catalogue = Catalogue(file)
    assert [(job.kind, job.request, job.tries) for job in catalogue.jobs.waiting()] == [
        ("recognise", THIN, 0)
    ]
    ask(catalogue, THIN, SEEN, version="2")
    assert len(catalogue.jobs.waiting()) == 2
    assert catalogue.is_sound()
    catalogue.close()
