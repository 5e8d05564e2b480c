"""Words, colours, symbols and number formats that every picture and page shares."""

from clusterid.legend._colours import (
    DIVERGING,
    GRADE_SIGNS,
    HIDDEN_COLOUR,
    LOW_COLOURS,
    SEQUENTIAL,
    VERDICT_SIGNS,
    VERDICTS,
    GradeSign,
    TemplateSign,
    VerdictSign,
    template_signs,
)
from clusterid.legend._markup import allowed_text, markup_text
from clusterid.legend._numbers import (
    Shown,
    fixed_decimals,
    format_number,
    round_outward,
    shown_cells,
)
from clusterid.legend._words import LANGUAGES, Words, words

__all__ = [
    "DIVERGING",
    "GRADE_SIGNS",
    "HIDDEN_COLOUR",
    "LANGUAGES",
    "LOW_COLOURS",
    "SEQUENTIAL",
    "VERDICTS",
    "VERDICT_SIGNS",
    "GradeSign",
    "Shown",
    "TemplateSign",
    "VerdictSign",
    "Words",
    "allowed_text",
    "fixed_decimals",
    "format_number",
    "markup_text",
    "round_outward",
    "shown_cells",
    "template_signs",
    "words",
]
