"""What doctor shows about models."""

import pytest

from clerestory.models import picture_words
from clerestory.models.health import check_models
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings


def checks(tmp_path, **settings):
    chosen = ModelSettings(**settings)
    store = WeightStore(chosen, cache=tmp_path, offline=True)
    return {check.name: check for check in check_models(chosen, store=store)}


def test_missing_weights_come_with_the_command(tmp_path):
    found = checks(tmp_path)
    text = found["minilm-l6-int8"]
    assert (text.state, text.optional) == ("missing", False)
    assert text.fix == "Run `clerestory models pull minilm-l6-int8`."
    speech = found["moonshine-tiny-en"]
    assert (speech.state, speech.optional) == ("missing", False)
    assert found["wordllama-l2-256"].optional and found["av"].optional
    assert found["ppocr-v6-small"].state == "ready" and not found["ppocr-v6-small"].fix
    assert found["onnxruntime"].state == "ready"


def test_models_beside_the_catalogue_are_checked_too(tmp_path):
    found = checks(tmp_path, text=str(tmp_path), picture="hub:owner/name", ocr="nobody")
    assert found[str(tmp_path)].state == "ready"
    assert found["hub:owner/name"].state == "missing" and "models pull" in found["hub:owner/name"].fix
    assert found["nobody"].state == "missing" and "Known" in found["nobody"].fix


def test_the_space_of_pictures_and_words_needs_its_text_model(tmp_path):
    found = checks(tmp_path)["shared-space"]
    assert (found.state, found.fix) == ("ready", "") and "comes with Clerestory" in found.detail
    found = checks(tmp_path, text="wordllama-l2-256")["shared-space"]
    assert found.optional and "minilm-l6-int8" in found.fix
    assert checks(tmp_path, picture_words="shared")["shared"].state == "missing"
    assert "shared-space" not in checks(tmp_path, picture="hub:owner/name")


def test_heads_that_are_damaged_are_said_to_be(tmp_path, monkeypatch):
    monkeypatch.setitem(picture_words.FOLDERS, "shared-space", tmp_path)
    found = checks(tmp_path)["shared-space"]
    assert found.state == "corrupt" and "Install Clerestory again" in found.fix


def test_a_corrupt_file_is_said_to_be(tmp_path):
    folder = tmp_path / "models" / "minilm-l6-int8"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("no JSON")
    assert checks(tmp_path)["minilm-l6-int8"].state == "corrupt"


def test_a_missing_library_names_its_package(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "clerestory.models.health.SYSTEM_LIBRARIES", {"libnobody.so.9": "apt install nobody9"}
    )
    if "libnobody.so.9" not in checks(tmp_path):
        pytest.skip("not a Linux system")
    assert checks(tmp_path)["libnobody.so.9"].fix == "apt install nobody9"
