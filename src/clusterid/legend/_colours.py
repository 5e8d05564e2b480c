"""Colours, dashes and shapes that can be told apart without colour vision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "DIVERGING",
    "GRADE_SIGNS",
    "HIDDEN_COLOUR",
    "LOW_COLOURS",
    "SEQUENTIAL",
    "VERDICTS",
    "VERDICT_SIGNS",
    "GradeSign",
    "TemplateSign",
    "VerdictSign",
    "template_signs",
]

#: light to dark, lightness falls evenly: five classes of a quantity above average
SEQUENTIAL = ("#d6e6f4", "#a3cce3", "#62a8d2", "#2b7bba", "#0b4a8a")
#: below the reference (quotients under 1): warm greys, far from the blues
LOW_COLOURS = ("#f1eee8", "#dfdad0")
#: below to above zero; brown to teal, safe for red-green blindness
DIVERGING = ("#8c510a", "#d8b365", "#f5efe0", "#7fbfb5", "#01665e")
#: withheld or not computable; always hatched as well
HIDDEN_COLOUR = "#ffffff"

# seven hues of Okabe and Ito (2008) without yellow, which vanishes on paper
_HUES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D")
_DASHES = ("", "7 4", "2 4", "10 3 2 3")


@dataclass(frozen=True, slots=True)
class GradeSign:
    """How one grade is drawn: colour, ink that reads on it, dash, marker (matplotlib).

    ``paint`` fills a region.
    """

    grade: str
    colour: str
    ink: str
    paint: str
    dash: str
    marker: str


#: plants are blue, dark to light; jobs alone are orange; niches green. Lightness and
#: dashes tell them apart without colour vision.
_GRADES = (
    ("A", "#0B2F5E", "#FFFFFF", "#3F6A9E", "", "o"),
    ("B", "#1F6FB0", "#FFFFFF", "#9CC6E8", "", "s"),
    ("C", "#E69F00", "#1C2430", "#F6DC9C", "7 4", "^"),
    ("D", "#00705A", "#FFFFFF", "#A9D9CB", "2 4", "D"),
)
GRADE_SIGNS = {name: GradeSign(name, *rest) for name, *rest in _GRADES}


@dataclass(frozen=True, slots=True)
class TemplateSign:
    """How one template is drawn: colour, then dash when colours run out."""

    template: str
    colour: str
    dash: str


@dataclass(frozen=True, slots=True)
class VerdictSign:
    """How one verdict is drawn: colour, shape (map), marker (matplotlib), sign."""

    verdict: str
    colour: str
    shape: str
    marker: str
    sign: str


def template_signs(templates: Iterable[str]) -> dict[str, TemplateSign]:
    """Return a colour and a dash for each template, in order of their codes.

    Parameters
    ----------
    templates : iterable of str
        Template codes; 28 of them get different pairs, then pairs repeat.

    Returns
    -------
    dict of template to TemplateSign

    Examples
    --------
    >>> template_signs(["T02", "T01"])["T01"].colour
    '#0072B2'
    """
    codes = sorted({str(code) for code in templates})
    return {
        code: TemplateSign(
            code, _HUES[i % len(_HUES)], _DASHES[i // len(_HUES) % len(_DASHES)]
        )
        for i, code in enumerate(codes)
    }


_SIGNS = (
    ("confirmed", "#0072B2", "circle", "o", "●"),
    ("confirmed_jobs_only", "#E69F00", "square", "s", "■"),
    ("niche", "#00705A", "diamond", "D", "◆"),
    ("thin", "#56B4E9", "ring", "$\\circ$", "○"),
    ("emerging", "#009E73", "triangle", "^", "▲"),
    ("no_footprint", "#D55E00", "cross", "X", "✕"),
    ("undecided", "#9E9E9E", "dash", "_", "–"),
    ("not_separable", "#7A7A7A", "question", "$?$", "?"),
    ("undeclared", "#7B3294", "star", "*", "★"),
    ("unknown_list_incomplete", "#9E9E9E", "dots", ".", "…"),
    ("not_asked", "#C4C4C4", "dot", ",", "·"),
)

VERDICT_SIGNS = {name: VerdictSign(name, *rest) for name, *rest in _SIGNS}
#: verdict codes in the order in which they are always listed
VERDICTS = tuple(VERDICT_SIGNS)
