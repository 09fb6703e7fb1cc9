from __future__ import annotations

import base64
from pathlib import Path

import pytest
from tests.reading.made import assert_quotable, codes, kinds, only, png, reading, text_object

from clerestory.errors import UnreadableFile
from clerestory.types import CharRange, Reading

HEAD = "<!DOCTYPE html>"


def page(tmp_path: Path, body: str | bytes, name: str = "page.html") -> Reading:
    content = body if isinstance(body, bytes) else HEAD + body
    read_ = reading(tmp_path, name, content)
    assert_quotable(read_, text_object(read_))
    return read_


def texts(read_: Reading) -> list[str]:
    return [segment.text for segment in read_.segments if segment.kind == "text"]


def test_headings_paragraphs_and_lists(tmp_path: Path):
    read_ = page(
        tmp_path,
        "<title>The page</title><h1>Pumps</h1><p>They  move\n water<br>up.<ul><li>one<li><p>two</p></ul>"
        "<ol start=3><li>three<li>four</ol><dl><dt>Term</dt><dd>meaning</dd></dl>",
    )
    assert read_.title == "The page"
    assert texts(read_) == ["Pumps\n\nThey move water\nup.\n- one\n- two\n3. three\n4. four\n\nTerm: meaning"]


def test_every_character_of_the_text_is_said_once(tmp_path: Path):
    read_ = page(
        tmp_path,
        "<h1>A</h1><p>One. Two.</p><figure><img src=a.png alt='A pump'>"
        "<figcaption>Figure 1</figcaption></figure>"
        "<table><caption>Sizes</caption><tr><th>a<th>b<tr><td>1<td>2</table><pre>x = 1\n\ny = 2</pre><p>End.",
    )
    text = text_object(read_)
    count = [0] * len(text)
    for segment in read_.segments:
        spans = [line.locator for line in segment.lines]
        if segment.kind in {"picture", "table"}:
            spans = [segment.locator]
        for span in spans:
            assert isinstance(span, CharRange)
            for position in range(span.start, span.end):
                count[position] += 1
    assert all(times == 1 or (not times and sign.isspace()) for times, sign in zip(count, text, strict=True))


def test_figures_keep_their_caption(tmp_path: Path):
    read_ = page(
        tmp_path,
        "<figure><img src='a.png' alt='left'><img src='b.png'><figcaption>Two <b>pumps</b></figcaption>"
        "</figure>"
        "<div class='thumb tright'><div class='thumbinner'><img src='c.png'>"
        "<div class='thumbcaption'>A valve</div></div></div>"
        "<figure><pre>code()</pre><figcaption>Listing</figcaption></figure>",
    )
    pictures = [(s.attributes["target"], s.text, s.caption) for s in read_.segments if s.kind == "picture"]
    assert pictures == [("a.png", "left", "Two pumps"), ("b.png", "", "Two pumps"), ("c.png", "", "A valve")]
    assert texts(read_) == ["Listing"]


def test_embedded_pictures_are_kept_and_others_are_named(tmp_path: Path):
    uri = "data:image/png;base64," + base64.b64encode(png(200, 100)).decode()
    read_ = page(tmp_path, f"<p>See <img src='{uri}' alt='plan'> and <img data-src='late.png' src='data:,'>")
    plan, late = [s for s in read_.segments if s.kind == "picture"]
    assert texts(read_) == ["See plan and"]
    assert (plan.text, plan.attributes["target"], plan.attributes["width"]) == (
        "plan",
        "data:image/png;base64",
        "200",
    )
    (kept,) = [item for item in read_.objects if item.role == "embedded"]
    assert plan.objects == (kept.digest,)
    assert kept.content == png(200, 100)
    assert [request.object for request in read_.ocr_requests] == [kept.digest]
    assert late.attributes["target"] == "late.png"


def test_every_kind_of_picture_is_accounted_for(tmp_path: Path):
    read_ = page(
        tmp_path,
        "<img src='dot.gif' width=1 height=1><img alt='lost'><svg width=300><text>Flow</text></svg>"
        "<svg width=16 height=16><path d='M0 0'/></svg><canvas id=c></canvas><iframe src='map.html'></iframe>"
        "<img src='data:image/png;base64,AAAA' alt='broken'>"
        "<object data='o.png' type='image/png'>words</object>"
        "<div style='display:none'><img src='secret.png'></div><video src='v.mp4'></video>"
        "<svg><image xlink:href='cover.jpg' width=600 height=800 /></svg>",
    )
    said = {(s.attributes["target"], s.text) for s in read_.segments}
    assert said == {
        ("inline drawing", "Flow"),
        ("data:image/png;base64", "broken"),
        ("o.png", "words"),
        ("cover.jpg", ""),
    }
    assert sorted(codes(read_)) == [
        *(
            "decorative",
            "embedded",
            "embedded",
            "embedded",
            "hidden-picture",
            "no-target",
            "unreadable-picture",
        ),
    ]


def test_tables_with_spans_and_headers(tmp_path: Path):
    read_ = page(
        tmp_path,
        "<table><caption>Torque</caption><thead><tr><th rowspan=2>Part<th colspan=2>Nm<tr>"
        "<th>min<th>max</thead>"
        "<tr><td rowspan=2>Bolt<td>1<td>2<tr><td>3<td><img src=t.png alt=four><tr>"
        "<td colspan=3>all dry</table>",
    )
    table = only(read_, "table")
    assert table.caption == "Torque"
    assert table.text == (
        "Part: Bolt; Nm min: 1; Nm max: 2\nPart: Bolt; Nm min: 3; Nm max: four\nPart: all dry"
    )
    assert table.table is not None
    assert table.table.header_rows == 2
    assert only(read_, "picture").attributes["target"] == "t.png"
    text = text_object(read_)
    row = table.lines[0].locator
    assert isinstance(row, CharRange)
    assert text[row.start : row.end] == "Part: Bolt; Nm min: 1; Nm max: 2"


def test_tables_that_only_place_things_are_read_as_text(tmp_path: Path):
    read_ = page(
        tmp_path,
        "<table><tr><td><h2>Left</h2><p>words</td><td><table><tr><th>a<tr><td>1</table></td></tr></table>"
        "<table role=presentation><tr><td>x<td>y</table><table><tr><td></td></tr></table>",
    )
    assert kinds(read_) == ["text", "table", "text"] or kinds(read_) == ["text", "table"]
    assert only(read_, "table").text == "a: 1"
    assert "".join(texts(read_)).split() == ["Left", "words", "x", "y"]


@pytest.mark.parametrize(
    "hiding",
    [
        "<div hidden>SECRET</div>",
        "<p style='DISPLAY : none !important'>SECRET</p>",
        "<span style='visibility:hidden'>SECRET</span>",
        "<span style='font-size:0'>SECRET</span>",
        "<span style='font-size:0.4px'>SECRET</span>",
        "<span style='opacity:0.0'>SECRET</span>",
        "<p style='position:absolute;left:-9999px'>SECRET</p>",
        "<p style='color:#fff'>SECRET</p>",
        "<div style='background:#000000'><p style='color: #000000'>SECRET</p></div>",
        "<style>.x, #y { display: none }</style><p class='a x'>SECRET</p>",
        "<style>@media print { p { color: red } } p.n{visibility:hidden}</style><p class=n>SECRET</p>",
        "<table><tr><th>a<th>b<tr><td>1<td>2<span hidden>SECRET</span></table>",
        "<pre>x<i style='display:none'>SECRET</i></pre>",
    ],
)
def test_what_nobody_sees_is_kept_apart(tmp_path: Path, hiding: str):
    read_ = page(tmp_path, f"<p>Seen.</p>{hiding}")
    assert "SECRET" not in text_object(read_)
    hidden = [line for line in read_.ledger if line.code == "hidden-text"]
    assert [line.text for line in hidden] == ["SECRET"]


@pytest.mark.parametrize(
    "shown",
    [
        "<p style='font-size:0.9em'>WORD</p>",
        "<div class=dark><p style='color:white'>WORD</p></div>",
        "<div style='background:navy'><p style='color:white'>WORD</p></div>",
        "<style>@media print { p { display: none } }</style><p>WORD</p>",
        "<style>p{display:none} p{display:block}</style><p>WORD</p>",
        "<p aria-hidden=true>WORD</p>",
        "<details><summary>x</summary>WORD</details>",
    ],
)
def test_what_people_see_is_not_called_hidden(tmp_path: Path, shown: str):
    read_ = page(tmp_path, shown)
    assert "WORD" in text_object(read_)
    assert "hidden-text" not in codes(read_)


def test_scripts_and_styles_are_no_text_and_comments_are_said(tmp_path: Path):
    read_ = page(
        tmp_path, "<script>var SECRET</script><style>p{}</style><!-- NOTE --><p>Seen.<noscript>No</noscript>"
    )
    assert "SECRET" not in text_object(read_)
    assert [line.text for line in read_.ledger] == ["NOTE"]


def test_formulae_and_raised_figures(tmp_path: Path):
    read_ = page(
        tmp_path,
        "<p>10<sup>3</sup> H<sub>2</sub>O <math><mfrac><mi>a</mi><mn>2</mn></mfrac></math> "
        "<math alttext='x^2'><mi>x</mi></math> soft\u00adware<p>"
        "<img class=tex src=f.png alt='{\\displaystyle y}'> = 1",
    )
    assert texts(read_) == ["10³ H2O (a)/(2) x^2 software\n\n{\\displaystyle y} = 1"]
    assert "picture" not in kinds(read_)


def test_encodings(tmp_path: Path):
    words = "<p>Grüße, žluťoučký"
    for content in (
        f"<!DOCTYPE html><meta charset=iso-8859-2>{words}".encode("iso-8859-2"),
        f"<!DOCTYPE html><meta http-equiv=a content='a; charset=iso-8859-2'>{words}".encode("iso-8859-2"),
        f"<!DOCTYPE html>{words}".encode("utf-16"),
        f"\ufeff<!DOCTYPE html><meta charset=latin1>{words}".encode(),
    ):
        read_ = reading(tmp_path, "a.html", content)
        assert texts(read_) == ["Grüße, žluťoučký"]


def test_facts_of_the_page(tmp_path: Path):
    read_ = page(
        tmp_path,
        "<html lang=de><title>T &amp; U</title><meta name=author content='Ada'>"
        "<meta name=DC.date content=2024-01-02>"
        "<link rel=license href='https://creativecommons.org/licenses/by/4.0/'><p>x",
    )
    assert read_.title == "T & U"
    assert read_.metadata["author"] == "Ada"
    assert read_.metadata["created"] == "2024-01-02"
    assert read_.metadata["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert read_.segments[0].language == "de"


def test_entities_of_a_document_type_are_not_expanded(tmp_path: Path):
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">'
        '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>x &b; &f; &nbsp;&uuml;</p></body></html>'
    )
    read_ = reading(tmp_path, "a.xhtml", bomb)
    assert texts(read_) == ["x &b; &f; \u00a0ü"]


def test_nothing_to_read_is_an_error_or_a_remark(tmp_path: Path):
    assert codes(page(tmp_path, "<body></body>")) == ["no-text-found"]
    with pytest.raises(UnreadableFile):
        reading(tmp_path, "deep.html", HEAD + "<div>" * 5000 + "x")


def test_pictures_are_not_lost_in_cells_captions_and_backgrounds(tmp_path: Path):
    read_ = page(
        tmp_path,
        "<table><tr><th>a<th>b<tr><td>1<svg width=99><text>in a cell</text></svg><td>"
        "<iframe src=map.html></iframe>"
        "</table><figure><figcaption>cap <img src=cap.png></figcaption></figure><pre>x<img src=pre.png></pre>"
        "<div style=\"background:url('back.png')\">over it</div><table><tr><td><img src=only.png></table>",
    )
    targets = {s.attributes["target"] for s in read_.segments if s.kind == "picture"}
    assert targets == {"inline drawing", "cap.png", "pre.png", "only.png"}
    assert sorted(codes(read_)) == ["background-picture", "embedded"]
    reasons = " ".join(line.reason for line in read_.ledger)
    assert "back.png" in reasons and "map.html" in reasons
