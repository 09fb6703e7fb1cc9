"""remove, restore, trash and purge: nothing is deleted without being asked twice."""


def test_what_is_removed_can_be_listed_restored_and_purged(run, papers):
    run("add", papers)
    assert run("remove", papers / "note.md").out == "note.md\n1 file to the trash.\n"
    assert "note.md" in run("trash").out
    assert "note.md" not in run("assets").out
    assert "back in the library" in run("restore", papers / "note.md").out
    assert run("trash").out == "The trash is empty.\n"
    run("remove", papers / "note.md", papers / "parts.csv")
    assert len(run("trash", "--json").json) == 2
    purged = run("purge", "--yes", "--json").json
    assert {asset["title"] for asset in purged} or len(purged) == 2
    assert run("trash", "--json").json == []
    assert (papers / "note.md").exists()


def test_purging_asks_first(run, papers):
    run("add", papers)
    run("remove", papers / "note.md")
    refused = run("purge", input="n\n")
    assert refused.code == 1
    assert "Delete 1 file of the trash for good?" in refused.err
    assert "note.md" in run("trash").out
    assert "1 file deleted." in run("purge", input="y\n").out


def test_a_file_that_is_not_in_the_library_is_told(run, papers):
    run("add", papers / "note.md")
    ended = run("remove", papers / "parts.csv")
    assert ended.code == 1
    assert "parts.csv" in ended.err and "Do:" in ended.err
