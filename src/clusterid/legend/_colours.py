"""Colours, dashes and shapes that can be told apart without colour vision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "DIVERGING",
    "HIDDEN_COLOUR",
    "LOW_COLOURS",
    "SEQUENTIAL",
    "VERDICTS",
    "VERDICT_SIGNS",
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
    ("thin", "#56B4E9", "ring", "$\\circ$", "○"),
    ("emerging", "#009E73", "triangle", "^", "▲"),
    ("no_footprint", "#D55E00", "cross", "X", "✕"),
    ("undeclared", "#7B3294", "star", "*", "★"),
    ("undeclared_concentration", "#B58BC8", "diamond", "D", "◆"),
    ("unverifiable", "#7A7A7A", "question", "$?$", "?"),
    ("unknown", "#9E9E9E", "dash", "_", "–"),
    ("unknown_list_incomplete", "#9E9E9E", "dots", ".", "…"),
)

VERDICT_SIGNS = {name: VerdictSign(name, *rest) for name, *rest in _SIGNS}
#: verdict codes in the order in which they are always listed
VERDICTS = tuple(VERDICT_SIGNS)
