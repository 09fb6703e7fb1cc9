import pytest
from tests.storing.makers import digest, reading

from clerestory.storing.catalogue import Catalogue
from clerestory.types import OcrRequest, PageBox


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue(tmp_path / "catalogue.sqlite")
    yield opened
    opened.close()


def ask(catalogue, *requests, name="a", version="1"):
    made = reading(name, version=version, ocr_requests=requests)
    catalogue.record_reading(digest(name + version), made)


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
    assert catalogue.jobs.pending() == {digest("a"): 2}


def test_results_are_kept(catalogue):
    ask(catalogue, LARGE, THIN)
    thin, large = catalogue.jobs.waiting()
    catalogue.jobs.finish([(thin.job, '{"lines": []}')])
    assert catalogue.jobs.waiting() == [large]
    assert [job.result for job in catalogue.jobs.of(digest("a"), state="done")] == ['{"lines": []}']


def test_a_newer_reading_does_not_ask_again_for_what_was_done(catalogue):
    ask(catalogue, THIN, LARGE)
    catalogue.jobs.finish([(catalogue.jobs.waiting()[0].job, "{}")])
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
