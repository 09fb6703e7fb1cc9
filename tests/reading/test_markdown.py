from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.reading.made import assert_quotable, codes, kinds, only, reading

from clerestory.types import CharRange, Reading

MANUAL = """---
title: "Pump manual"
author: [Ada, Bob]
license: CC BY 4.0
---

# The pump

It *moves* water, see [the plan](plan.md).
A second line.

![The pump from above](img/pump%20one.png "Seen from above")

* Open the valve ![valve](valve.png) slowly.
* Close it.

1. First
2. Second

| Part | Torque |
|------|--------|
| Bolt | 10 Nm  |
| Nut  | 12 Nm  |

```python
def run():
    return 1
```

<!-- a note to the editor -->
[ref]: http://example.com
"""


def places(read_: Reading, source: str) -> list[int]:
    """How often each character is spoken for: by lines, by pictures and tables, or by the ledger."""
    count = [0] * len(source)
    for segment in read_.segments:
        spans = [line.locator for line in segment.lines]
        if segment.kind in {"picture", "table"}:
            spans = [segment.locator]
        for span in spans:
            assert isinstance(span, CharRange)
            for position in range(span.start, span.end):
                count[position] += 1
    for line in read_.ledger:
        if line.code in {"markup", "no-text-found"}:
            continue
        assert isinstance(line.locator, CharRange), line
        for position in range(line.locator.start, line.locator.end):
            count[position] += 1
    return count


def assert_accounted(read_: Reading, source: str) -> None:
    """Every character is spoken for, or is one of the marks that the ledger lists in order."""
    marks = [line.text for line in read_.ledger if line.code == "markup"]
    left = "".join(
        character if not times else " "
        for character, times in zip(source, places(read_, source), strict=True)
    )
    assert "".join(left.split()) == "".join("".join(marks).split())


def test_a_manual(tmp_path: Path):
    read_ = reading(tmp_path, "pump.md", MANUAL)
    assert read_.title == "Pump manual"
    assert read_.metadata["author"] == "Ada, Bob"
    assert read_.metadata["licence"] == "CC BY 4.0"
    assert kinds(read_) == ["text", "picture", "picture", "table", "code"]
    text = only(read_, "text")
    assert text.text.startswith("The pump\n\nIt moves water, see the plan.\nA second line.\n- Open the valve")
    assert text.text.endswith("- Close it.\n1. First\n2. Second")
    above, valve = [s for s in read_.segments if s.kind == "picture"]
    assert (above.caption, above.text) == ("Seen from above", "The pump from above")
    assert above.attributes["target"] == "img/pump one.png"
    assert above.context == ("Pump manual", "The pump")
    assert (valve.caption, valve.attributes["target"]) == ("valve", "valve.png")
    assert MANUAL[valve.locator.start : valve.locator.end] == "![valve](valve.png)"  # type: ignore[union-attr]
    assert only(read_, "table").text == "Part: Bolt; Torque: 10 Nm\nPart: Nut; Torque: 12 Nm"
    assert only(read_, "code").attributes["language"] == "python"
    assert codes(read_) == ["front-matter", "hidden-text", "markup"]
    assert_accounted(read_, MANUAL)
    assert_quotable(read_, MANUAL)


def test_lines_say_where_a_sentence_stands(tmp_path: Path):
    source = "A **bold** start of it. Then [a link](http://example.com/long) ends. Last words.\n"
    text = only(reading(tmp_path, "a.md", source), "text")
    said = [
        (text.text[line.start : line.end].strip(), source[line.locator.start : line.locator.end])  # type: ignore[union-attr]
        for line in text.lines
    ]
    assert said == [
        ("A bold start of it.", "A **bold** start of it."),
        ("Then a link ends.", "Then [a link](http://example.com/long) ends."),
        ("Last words.", "Last words."),
    ]


def test_pictures_in_html_have_their_caption(tmp_path: Path):
    source = (
        "# Screen\n\n"
        '<figure><img src="../a b.png" alt=""><figcaption><p>The main screen</p></figcaption></figure>\n\n'
        '<div><img src="x.png" alt="left" data-size="line"><img src="y.png" alt="right"></div>\n\n'
        'Inline <img src="z.png" alt="icon"> here.\n'
    )
    read_ = reading(tmp_path, "a.md", source)
    found = [(s.attributes["target"], s.caption or s.text) for s in read_.segments if s.kind == "picture"]
    assert found == [
        ("../a b.png", "The main screen"),
        ("x.png", "left"),
        ("y.png", "right"),
        ("z.png", "icon"),
    ]
    assert_accounted(read_, source)


def test_kramdown_figures_captions_and_attribute_lists(tmp_path: Path):
    source = (
        '<div data-type="abstract" markdown="1">\nYou will learn:\n* one\n\n</div>\n\n'
        '<figure markdown="1" id="f1">\n<figcaption>\n(a) Small *cells*.\n</figcaption>\n'
        "![Part a](../r/a.jpg){: #id1}\n\n![Part b](../r/b.jpg){: #id2}\n\n</figure>\n\n"
        'A **term**{: data-type="term"} in text.\n{: .note}\n'
    )
    read_ = reading(tmp_path, "a.md", source)
    pictures = [s for s in read_.segments if s.kind == "picture"]
    assert [(s.text, s.caption) for s in pictures] == [
        ("Part a", "(a) Small cells."),
        ("Part b", "(a) Small cells."),
    ]
    text = only(read_, "text").text
    assert text == "You will learn:\n- one\n\nA term in text."
    assert_accounted(read_, source)


def test_roles_and_liquid_tags_are_no_words(tmp_path: Path):
    source = (
        '![The model.](m.png)\n:label:`fig_m`\n\nSee :numref:`fig_m`.\n\n{% hint style="info" %}\nMind it.\n'
        '{% endhint %}\n\n{% embed url="https://example.com/x" %}\n\n    {: .note}\n'
    )
    read_ = reading(tmp_path, "a.md", source)
    assert only(read_, "picture").caption == "The model."
    assert only(read_, "text").text == "See fig_m.\n\nMind it."
    assert "https://example.com/x" in next(line.reason for line in read_.ledger if line.code == "embedded")
    assert_accounted(read_, source)


def test_marks_inside_code_are_code(tmp_path: Path):
    source = "Use `{: .x}` and `<!-- no -->`.\n\n```\n{% raw %}\n<!-- kept -->\n![no](picture.png)\n```\n"
    read_ = reading(tmp_path, "a.md", source)
    assert only(read_, "text").text == "Use {: .x} and <!-- no -->."
    assert only(read_, "code").text == "{% raw %}\n<!-- kept -->\n![no](picture.png)"
    assert "picture" not in kinds(read_)


def test_formulae_stay_as_written(tmp_path: Path):
    source = "Where $a_i * b_i$ and $c_j * d_j$ are\n$$\\sum_i\nx_i$$ of it.\n"
    assert only(reading(tmp_path, "a.md", source), "text").text == (
        "Where $a_i * b_i$ and $c_j * d_j$ are\n$$\\sum_i\nx_i$$ of it."
    )


def test_tables_in_html(tmp_path: Path):
    source = (
        "<table><thead><tr><th colspan='2'>Parts</th></tr><tr><th>Name</th><th>Torque</th></tr></thead>\n"
        "<tbody><tr><td>Bolt</td>\n<td>10 Nm</td></tr>"
        "<tr><td>Nut</td><td><img src='n.png' alt='nut'></td></tr></tbody></table>\n"
    )
    read_ = reading(tmp_path, "a.md", source)
    table = only(read_, "table")
    assert (table.caption, table.text) == ("Parts", "Name: Bolt; Torque: 10 Nm\nName: Nut; Torque: nut")
    assert only(read_, "picture").attributes["target"] == "n.png"
    assert source[table.lines[0].locator.start : table.lines[0].locator.end] == "Bolt</td>\n<td>10 Nm"  # type: ignore[union-attr]
    assert_accounted(read_, source)


def test_a_numbered_caption_under_a_picture_is_its_caption_too(tmp_path: Path):
    read_ = reading(tmp_path, "a.md", "![](a.png)\n\n*Figure 3: The pump.*\n")
    assert only(read_, "picture").caption == "Figure 3: The pump."
    assert only(read_, "text").text == "Figure 3: The pump."


def test_a_picture_without_an_address_is_in_the_ledger(tmp_path: Path):
    read_ = reading(tmp_path, "a.md", "Words ![lost]() here.\n")
    assert codes(read_) == ["no-target"]
    assert "picture" not in kinds(read_)


PARTS = st.sampled_from(
    [
        "# Heading *one*",
        "Setext\n------",
        "Plain words. More of them, and *marked* ones!",
        "Two lines\nof a **paragraph** with `code`  \nand a break",
        "- item one\n- item two ![pic](p.png)\n  - inner\n    more words",
        "3. three\n4. four\n\n   second paragraph",
        "> quoted words\n> again\n>\n> - listed",
        "![alt](a.png)",
        '![alt [x]](a.png "ti(t)le") ![b][ref] tail',
        "| a | b |\n|---|---|\n| 1 | `x|y` |\n| ![i](t.png) | 2 |",
        "```js\nlet x = 1;\n\n  x += 1\n```",
        "    indented code\n\n    more",
        '<figure><img src="f.png"><figcaption>Cap &amp; more</figcaption></figure>',
        "<div>\n<p>Html words</p>\n<table><tr><td>1</td><td>2</td></tr></table>\n</div>",
        "<details><summary>Sum</summary>\n\ninside\n\n</details>",
        "[ref]: http://example.com 'title'",
        "***",
        "<!-- hidden -->",
        "{% hint %}",
        "{: #id .class}",
        "text<br>break and <b>bold</b> &amp; entity \\* escaped",
        "Term\n: definition",
        "- [ ] task\n\n\n- ",
        "漢字。もう一つ。",
        "# ",
        "~~~\nunclosed",
    ]
)


@given(st.lists(PARTS, min_size=1, max_size=8), st.sampled_from(["\n\n", "\n", "\r\n\r\n"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_character_is_accounted_for(tmp_path: Path, parts: list[str], gap: str):
    source = gap.join(parts) + "\n"
    read_ = reading(tmp_path, "a.md", source)
    assert_accounted(read_, source)
    assert_quotable(read_, source)
    targets = {"p.png", "a.png", "t.png", "f.png"}
    said = {s.attributes.get("target") for s in read_.segments if s.kind == "picture"}
    for target in targets:
        shown = any(f"({target}" in part or f'"{target}' in part for part in parts)
        hidden = "~~~\nunclosed" in parts or gap == "\n"  # may have become code or part of HTML
        assert target in said or not shown or hidden


@given(st.text(alphabet="ab *_`[]()!<>#-|~\\\n\r\t\"'&;:{}%$=1.漢\u00a0", max_size=120))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_and_accounted_for(tmp_path: Path, source: str):
    if not source:
        return
    read_ = reading(tmp_path, "a.md", source.encode("utf-8"))
    if read_.segments:
        assert_accounted(read_, source)
        assert_quotable(read_, source)
