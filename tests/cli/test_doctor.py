"""doctor: every line has a state; something missing is exit code 1."""


def test_missing_weights_are_told_with_the_command_that_gets_them(run):
    ended = run("doctor")  # the cache of the test is empty
    assert ended.code == 1
    assert "MISSING" in ended.out and "clerestory models pull minilm-l6-int8" in ended.out
    assert "4 things missing." in ended.out  # rapidocr carries the models of text recognition itself


def test_programs_get_every_check(run):
    told = run("doctor", "--json").json
    assert told["ok"] is False
    groups = {check["group"] for check in told["checks"]}
    assert groups >= {"Python", "Packages", "System", "Weights", "Disk", "Network", "Terminal"}
    assert {check["state"] for check in told["checks"]} <= {"ok", "note", "missing"}
