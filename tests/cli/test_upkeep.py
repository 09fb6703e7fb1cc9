"""verify, reindex and settings."""


def test_a_healthy_library_is_well(run, papers):
    run("add", papers)
    ended = run("verify")
    assert ended.code == 0
    assert "all well" in ended.out
    assert run("verify", "--json").json["well"] is True


def test_a_damaged_file_of_the_library_is_found_and_said(run, papers, tmp_path):
    run("add", papers)
    victim = next((tmp_path / "library" / "readings").rglob("*.arrow"))
    victim.write_bytes(victim.read_bytes()[:-20])
    ended = run("verify")
    assert ended.code == 1
    assert "Do: " in ended.out and "problem" in ended.out


def test_the_index_can_be_built_again(run, papers):
    run("add", papers)
    assert "Indexed again" in run("reindex").out
    assert run("reindex", "--json").json["assets"] == 4


def test_settings_say_value_and_origin(run):
    settings = run("settings", "--json").json
    assert settings["searching.limit"] == {"value": 10, "origin": "default"}
    shown = run("settings").out
    assert "reading.segment_words" in shown and "default" in shown


def test_a_setting_from_the_environment_is_named_as_such(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from clerestory.cli.main import cli

    monkeypatch.setenv("CLERESTORY_SEARCHING_LIMIT", "20")
    monkeypatch.setenv("CLERESTORY_CONFIG", str(tmp_path / "none.toml"))
    done = CliRunner().invoke(cli, ["-L", str(tmp_path / "library"), "settings"])
    assert "CLERESTORY_SEARCHING_LIMIT" in done.output
