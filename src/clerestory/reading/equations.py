"""Office equations (OMML) as a line of text: "E = m c^2", "(a + b)/(2 c)", "sqrt(x)".

In: an ``oMath`` element. Out: text that can be found and quoted; a rendering it is not.
Source: ECMA-376 part 1, section 22.1.
"""

from __future__ import annotations

from clerestory.reading.elements import Element, attribute, child, local

_MARKS = {"̂": "hat", "̃": "tilde", "̄": "bar", "⃗": "vec", "̇": "dot", "̅": "bar"}


def equation_text(math: Element) -> str:
    """All symbols of the equation in reading order with the structure that changes its meaning."""
    return " ".join(_all(math).split())


def _all(element: Element | None) -> str:
    return "".join(_one(part) for part in element) if element is not None else ""


def _one(element: Element) -> str:
    match local(element):
        case "t":
            return element.text or ""
        case "f":
            return f"{_group(child(element, 'num'))}/{_group(child(element, 'den'))}"
        case "sSup":
            return f"{_all(child(element, 'e'))}^{_group(child(element, 'sup'))}"
        case "sSub":
            return f"{_all(child(element, 'e'))}_{_group(child(element, 'sub'))}"
        case "sSubSup" | "sPre":
            scripts = f"_{_group(child(element, 'sub'))}^{_group(child(element, 'sup'))}"
            return f"{_all(child(element, 'e'))}{scripts}"
        case "rad":
            degree = _all(child(element, "deg"))
            return (
                f"root({degree}; {_all(child(element, 'e'))})"
                if degree
                else f"sqrt({_all(child(element, 'e'))})"
            )
        case "nary":
            sign = _property(element, "naryPr", "chr") or "∫"
            low, high = _all(child(element, "sub")), _all(child(element, "sup"))
            limits = (f"_({low})" if low else "") + (f"^({high})" if high else "")
            return f"{sign}{limits} {_all(child(element, 'e'))}"
        case "d":
            begin = _property(element, "dPr", "begChr", "(")
            end = _property(element, "dPr", "endChr", ")")
            return begin + ", ".join(_all(part) for part in element if local(part) == "e") + end
        case "func":
            return f"{_all(child(element, 'fName'))}({_all(child(element, 'e'))})"
        case "acc":
            mark = _property(element, "accPr", "chr")
            return f"{_MARKS.get(mark, 'hat')}({_all(child(element, 'e'))})"
        case "m":
            rows = [
                ", ".join(_all(cell) for cell in row if local(cell) == "e")
                for row in element
                if local(row) == "mr"
            ]
            return f"[{'; '.join(rows)}]"
        case "eqArr":
            return "; ".join(_all(part) for part in element if local(part) == "e")
        case "limLow":
            return f"{_all(child(element, 'e'))}_({_all(child(element, 'lim'))})"
        case "limUpp":
            return f"{_all(child(element, 'e'))}^({_all(child(element, 'lim'))})"
        case name if name.endswith("Pr"):
            return ""
        case _:
            return _all(element)


def _group(element: Element | None) -> str:
    text = _all(element)
    return text if len(text.strip()) <= 1 or text.isalnum() else f"({text})"


def _property(element: Element, properties: str, name: str, default: str = "") -> str:
    found = child(element, properties, name)
    return attribute(found, "val", default) if found is not None else default
