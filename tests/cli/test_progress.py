"""Progress says how far, how fast and what is left; logs stay short."""

from clerestory.cli.progress import amount, told
from clerestory.ingesting.report import Progress


def test_files_pages_rate_and_what_is_left():
    progress = Progress("read", done=12, total=61, pages=120, seconds=20.0)
    assert amount(progress) == "12/61 files · 120 pages · 6.0 pages/s · 1 min 22 s left"


def test_before_anything_is_done_nothing_is_promised():
    assert amount(Progress("read", done=0, total=61)) == "0/61 files"


def test_an_unknown_total_is_not_invented():
    assert amount(Progress("look", done=1204, total=0, seconds=2.0)) == "1,204 files · 602.0 files/s"


def test_a_log_gets_one_line_for_each_stage_that_ends(capsys):
    with told() as listener:
        for done in range(1, 101):
            listener(Progress("read", done, 100, pages=done, seconds=done / 10))
        listener(Progress("index", 40, 40, seconds=1.0))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "Reading: 100/100 files · 100 pages · 10.0 pages/s",
        "Indexing: 40/40 segments · 40.0 segments/s",
    ]


def test_a_long_stage_is_heard_of_before_it_ends(capsys):
    with told() as listener:
        listener(Progress("recognise", 1, 1000, seconds=31.0))
    assert "1/1,000 places" in capsys.readouterr().err


def test_quiet_says_nothing(capsys):
    with told(quiet=True) as listener:
        listener(Progress("read", 1, 1, seconds=1.0))
    assert capsys.readouterr() == ("", "")
