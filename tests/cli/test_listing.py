"""assets, status and ledger: what is in the library and what was not understood."""

from clerestory.cli.listing import gathered, print_ledger
from clerestory.ingesting.inventory import LedgerEntry
from clerestory.types import LedgerLine, PageBox, TimeSpan


def test_an_empty_library_says_how_to_fill_it(run, papers):
    run("add", papers)
    run("remove", papers)
    assert "clerestory add" in run("assets").out


def test_files_are_listed_with_what_was_found(ask_filled):
    listed = ask_filled("assets").out
    assert all(name in listed for name in ("note.md", "parts.csv", "dues.png", "tides.png"))
    states = [asset["state"] for asset in ask_filled("assets", "--json").json]
    assert sorted(states) == ["failed"] + ["indexed"] * 4


def test_status_sums_up_in_words(ask_filled):
    assert "5 files" in ask_filled("status").out
    assert ask_filled("status", "--json").json["unreadable"] == 1


def test_the_ledger_names_the_file_the_reason_and_the_error(ask_filled, filled):
    told = ask_filled("ledger").out
    assert "broken.png" in told and "UnreadableFile" in told
    assert ask_filled("ledger", "--severity", "warning", "--json").json == []
    assert ask_filled("ledger", filled / "files" / "note.md").out == "Everything was read and understood.\n"


def test_lines_of_one_kind_are_gathered_and_the_worst_come_first():
    def entry(page: int, severity: str = "info", code: str = "furniture") -> LedgerEntry:
        return LedgerEntry(LedgerLine(code, severity, "text", "repeats", PageBox(page)), asset="ab")

    entries = [entry(1), entry(2), entry(3, "error", "damaged"), entry(4)]
    groups = gathered(entries, every=False)
    assert [len(group) for group in groups] == [1, 3]
    assert groups[0][0].line.severity == "error"
    assert len(gathered(entries, every=True)) == 4


def test_stretches_of_a_recording_are_one_line_with_their_length_in_all(capsys):
    def quiet(start_s: float, loudness: int) -> LedgerEntry:
        span = TimeSpan(start_s, start_s + 90)
        return LedgerEntry(LedgerLine("silence", "info", "time", f"nothing above {loudness} dB", span), "ab")

    print_ledger([quiet(start, start - 900) for start in range(0, 700, 100)], {"ab": "talk.mp3"})
    told = capsys.readouterr().out
    assert "talk.mp3 00:00–01:30 and 6 others, 10:30 in all  silence" in told
    assert told.count("dB") == 1 and "7 lines." in told
    print_ledger([quiet(100, -60)], {"ab": "talk.mp3"})
    assert "talk.mp3 01:40–03:10, 01:30  silence" in capsys.readouterr().out
