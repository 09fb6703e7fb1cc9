"""models list and pull; nothing is fetched here: sockets are blocked."""


def test_weights_are_listed_with_licence_size_and_purpose(run):
    rows = {row["name"]: row for row in run("models", "list", "--json").json}
    assert rows["minilm-l6-int8"]["in_use"] and rows["minilm-l6-int8"]["default"]
    assert rows["moonshine-tiny-en"]["in_use"] and rows["silero-vad-16k"]["in_use"]
    for row in rows.values():
        assert row["licence"] and row["bytes"] > 0 and row["purpose"] and row["source"]
    shown = run("models", "list").out
    assert "Apache-2.0" in shown and "MB" in shown


def test_without_a_network_a_pull_that_needs_one_says_so(run, monkeypatch):
    monkeypatch.setenv("CLERESTORY_OFFLINE", "1")
    ended = run("models", "pull", "wordllama-l2-256")
    assert ended.code == 1
    assert "CLERESTORY_OFFLINE" in ended.err


def test_unknown_weights_are_refused_with_those_that_exist(run):
    ended = run("models", "pull", "gpt-17")
    assert ended.code == 1
    assert "minilm-l6-int8" in ended.err
