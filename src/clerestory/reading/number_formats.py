"""Numbers of spreadsheets as their cells show them: dates, percent, thousands, decimals.

In: a number and a format code such as "#,##0.00" or "yyyy-mm-dd". Out: text. Dates come out
in ISO form whatever their order in the format, for that is what can be searched. Colours,
fill characters and conditions are ignored. Source: ECMA-376 part 1, section 18.8.30-31.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

# Formats that files refer to by number only.
BUILT_IN = {
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?"},
    **{13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM"},
    **{19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 37: "#,##0", 38: "#,##0"},
    **{39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@"},
    **{number: "yyyy-mm-dd" for number in (27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58)},
}
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]', re.S)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.I)
_EPOCH_1900, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_LAST_DAY = 2_958_466  # 9999-12-31


def shown_number(value: float, form: str, *, epoch_1904: bool = False) -> str:
    """The number as a cell of this format shows it."""
    if not math.isfinite(value):
        return str(value)
    sections = _sections(form)
    negative_section = value < 0 and len(sections) > 1
    section = sections[2] if value == 0 and len(sections) > 2 else sections[1 if negative_section else 0]
    if elapsed := _ELAPSED.search(section):
        return _elapsed(value, elapsed[1].lower())
    bare = _LITERAL.sub("", section)
    if re.search(r"[ymdhs]", bare, re.I) and not re.search(r"[#0?]", bare.replace(".0", "")):
        return _date(value, bare, epoch_1904)
    before, after = _literals(section)
    if before and not re.search(r"[#0?@]|General", bare, re.I):
        return before.strip()  # a mark instead of the number, such as a dash for nothing
    return f"{before}{_number(abs(value) if negative_section else value, bare)}{after}".strip()


def is_date_format(form: str) -> bool:
    """Whether a number in this format is a date or time."""
    bare = _LITERAL.sub("", _sections(form)[0])
    return bool(re.search(r"[ymdhs]", bare, re.I)) and not re.search(r"[#0?]", bare.replace(".0", ""))


def _sections(form: str) -> list[str]:
    parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', form) if len(form) < 300 else [""]
    return parts or [""]


def _number(value: float, bare: str) -> str:
    digits = re.search(r"[#0?][#0?,]*(?:\.([#0?]*))?", bare)
    if "e+" in bare.lower():
        return f"{value:.{len(digits[1] or '') if digits else 2}E}"
    if digits is None or "/" in bare:  # General, text, or a fraction, which reads better as a decimal
        return plain(value)
    decimals = digits[1] or ""
    percent = bare.count("%")
    value *= 100**percent
    whole = digits[0].partition(".")[0]
    value /= 1000 ** (len(whole) - len(whole.rstrip(",")))
    grouped = "," if "," in whole.rstrip(",") else ""
    text = f"{value:{grouped}.{len(decimals)}f}"
    optional = len(decimals) - len(decimals.rstrip("#?"))
    if optional and "." in text:
        kept = text.rstrip("0")
        text = text[: max(len(kept), len(text) - optional)].rstrip(".")
    whole_digits = whole.count("0")
    if whole_digits > 1 and not grouped:
        sign, rest = ("-", text[1:]) if text.startswith("-") else ("", text)
        integer, dot, fraction = rest.partition(".")
        text = f"{sign}{integer.zfill(whole_digits)}{dot}{fraction}"
    return text + "%" * percent


def plain(value: float) -> str:
    """The shortest form that a person would write."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.11g}"


def _literals(section: str) -> tuple[str, str]:
    """Currency signs and words before and after the digits."""
    match = re.search(r"[#0?]", _LITERAL.sub(lambda m: " " * len(m[0]), section))
    at = match.start() if match else len(section)
    return _shown_literals(section[:at], r"[^$€£¥₹()°+ \-]"), _shown_literals(section[at:], r"[^$€£¥₹()° ]")


def _shown_literals(part: str, placeholders: str) -> str:
    """What stands in the format for itself, in its order."""
    shown, position = "", 0
    for literal in _LITERAL.finditer(part):
        shown += re.sub(placeholders, "", part[position : literal.start()])
        shown += literal[1] or literal[2] or literal[3] or ""
        position = literal.end()
    return shown + re.sub(placeholders, "", part[position:])


def _date(value: float, bare: str, epoch_1904: bool) -> str:
    lower = bare.lower()
    with_day = bool(re.search(r"[yd]|m{3,}", lower)) or not re.search(r"[hs]", lower)
    with_time = bool(re.search(r"[hs]", lower))
    if not 0 <= value < _LAST_DAY:
        return plain(value)
    start = _EPOCH_1904 if epoch_1904 else _EPOCH_1900
    if not epoch_1904 and value < 60:  # the format counts a 29 February 1900, which never was
        start += timedelta(days=1)
    moment = start + timedelta(seconds=round(value * 86_400))
    day = moment.date().isoformat()
    if "d" not in lower:
        day = day[:7] if re.search(r"m", lower.replace("am/pm", "")) else day[:4]
    time = moment.strftime("%H:%M:%S" if "s" in lower else "%H:%M")
    return " ".join(part for part, wanted in ((day, with_day), (time, with_time)) if wanted)


def _elapsed(value: float, unit: str) -> str:
    seconds = round(abs(value) * 86_400)
    sign = "-" if value < 0 else ""
    if unit[0] == "s":
        return f"{sign}{seconds}"
    if unit[0] == "m":
        return f"{sign}{seconds // 60}:{seconds % 60:02d}"
    return f"{sign}{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
