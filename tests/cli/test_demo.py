"""The demo as people run it, with real weights: the samples, the questions, the page."""

import json
import re

import pytest
from click.testing import CliRunner

from clerestory.cli.main import cli
from clerestory.cli.tour import PHOTOGRAPHS, PHOTOGRAPHS_TAKEN
from clerestory.models.catalogue import BY_NAME


def test_every_photograph_is_in_the_catalogue_with_someone_to_thank():
    files = {file.name for file in BY_NAME[PHOTOGRAPHS].files}
    assert files == {photograph.file for photograph in PHOTOGRAPHS_TAKEN}
    assert all(photograph.licence and photograph.attribution for photograph in PHOTOGRAPHS_TAKEN)


@pytest.mark.weights
def test_the_demo_builds_its_library_and_its_page(tmp_path, monkeypatch):
    monkeypatch.setenv("CLERESTORY_CONFIG", str(tmp_path / "none.toml"))
    done = CliRunner().invoke(cli, ["demo", "--out", str(tmp_path / "demo"), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["failed"] == []
    page = (tmp_path / "demo" / "report.html").read_text(encoding="utf-8")
    assert "12 Mar 2025" in page  # read from the scanned page
    assert "TG3-210" in page  # a row of the workbook
    assert "E07" in page  # a row of a table of the manual
    assert "Not found in this library." in page
    key = heard(page, "Where is the second key of the cabinet?", "station-briefing.mp3", "red coat")
    dark = heard(page, "What must go dark before you touch the wires?", "gauge-service.webm", "go dark")
    assert (key, dark) == pytest.approx((48.1, 26.5), abs=0.6)
    assert len(re.findall(r'class="region', page)) > 50
    crops = list((tmp_path / "demo" / "pictures").glob("*.webp"))
    assert len(crops) > 20


def heard(page: str, question: str, name: str, words: str) -> float:
    """The second from which the answer's sentence in ``name`` with ``words`` plays."""
    answer = page[page.index(f"<h3>{question}</h3>") :]
    answer = answer[: answer.index("</article>")]
    for pair in answer.split('<div class="pair"')[1:]:
        quote = re.sub(r"<[^>]+>", "", pair[: pair.index("</p>")])
        if words in quote and f'<p class="where">{name} ' in pair:
            return float(re.search(r'class="play" href="media/[^"]+" data-seek="([\d.]+)"', pair)[1])
    raise AssertionError(f"{question} is not answered from {name}")


@pytest.mark.weights
def test_words_that_no_person_sees_are_kept_apart(tmp_path, monkeypatch):
    monkeypatch.setenv("CLERESTORY_CONFIG", str(tmp_path / "none.toml"))
    from importlib import resources

    from clerestory.library import Library

    manual = resources.files("clerestory.cli").joinpath("samples", "tide-gauge-manual.pdf")
    with Library.open(tmp_path / "library") as library:
        library.add([str(manual)], ocr="off")
        segments = library.reading(str(manual)).segments
        assert not [segment for segment in segments if "best tide gauge" in segment.text]
        kept = [entry.line for entry in library.ledger() if "best tide gauge" in entry.line.text]
    assert [line.code for line in kept] == ["hidden-text"]
