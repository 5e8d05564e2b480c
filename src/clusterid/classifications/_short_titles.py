"""Titles of official lists as people say them: short, several without repetition."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["joined_titles", "short_title"]

#: A title longer than this is cut at a comma, if so much is left of it. Our choice;
#: tried: 60 without a least rest, which left "Activities of business" of a title.
_LONG, _LEFT = 70, 25
#: What follows these says what a title does not mean, or lists further things.
_CUT = re.compile(
    r"\s*(?:;|,?\s*\b(?:except|excluding|not elsewhere)\b"
    r"|[,(]\s*(?:other than|ohne|außer)\b).*",
    re.IGNORECASE | re.DOTALL,
)
_NOT_ELSEWHERE = re.compile(
    r",?\s*\b(?:n\.\s?e\.\s?c\.|a\.\s?n\.\s?g\.)", re.IGNORECASE
)
#: A remark in brackets; "(dry-)cleaning" is a word.
_BRACKET = re.compile(r"(?:^|\s+)\([^()]*\)(?=[\s,;]|$)")
#: So many words at the end of titles are left out of all but the last.
_MOST_ENDING = 2
_SPACES = re.compile(r"\s+")
#: A title does not begin or end with one of these.
_WITHIN = frozenset((
    "and", "or", "of", "for", "in", "the", "to", "with", "-", "\N{EN DASH}", "&",
    "und", "oder", "von", "der", "des", "für", "mit",
))  # fmt: skip


def short_title(title: str) -> str:
    """Return a title cut where it begins to list exceptions and further things.

    Cut at ``;`` and before "except" and "ohne"; without brackets and "n.e.c."; one
    that is still long at a comma. Nothing is cut inside a word, and a title never to
    nothing.

    Examples
    --------
    >>> short_title("Manufacture of wood, except furniture; manufacture of straw")
    'Manufacture of wood'
    >>> short_title("Other manufacturing n.e.c.")
    'Other manufacturing'
    >>> short_title("(none)")
    '(none)'
    """
    whole = _SPACES.sub(" ", title).strip()
    said = whole
    for pattern in (_BRACKET, _NOT_ELSEWHERE, _CUT):
        said = pattern.sub("", said).lstrip(" ,").rstrip(" ,(") or said
    if len(said) > _LONG:
        parts = said.split(", ")
        left = list(parts)
        while len(left) > 1 and (len(", ".join(left)) > _LONG or _hangs(left[-1])):
            left.pop()
        shorter = ", ".join(left)
        # "A, B, and C of D" has no end before D
        is_list = any(p.split(" ")[0] in _WITHIN for p in parts[len(left) :])
        if not is_list and not _hangs(shorter) and len(shorter) >= _LEFT:
            said = shorter
    return said or whole


def _hangs(text: str) -> bool:
    """Return whether a text ends in the middle of something."""
    last = text.rsplit(" ", 1)[-1]
    return text.endswith(("-", ",")) or last.casefold() in _WITHIN


def joined_titles(titles: Sequence[str]) -> str:
    """Return titles after each other; words that they begin or end with, once.

    Examples
    --------
    >>> joined_titles(["Manufacture of textiles", "Manufacture of footwear"])
    'Manufacture of textiles; footwear'
    >>> joined_titles(["Iron foundry products", "Steel foundry products"])
    'Iron foundry products; Steel foundry products'
    >>> joined_titles(["Motor vehicle manufacturing", "Aircraft manufacturing"])
    'Motor vehicle; Aircraft manufacturing'
    """
    whole = [title.split(" ") for title in dict.fromkeys(titles)]
    kept = [list(words) for words in whole]
    for k in range(1, len(whole)):
        shared = _shared(whole[k - 1], whole[k])
        # "Manufacture of" is said once; half of a phrase never is
        if shared and whole[k][shared - 1].casefold() in _WITHIN:
            kept[k] = whole[k][shared:]
    for k in range(len(kept) - 1):
        shared = min(_shared(kept[k][::-1], kept[k + 1][::-1]), _MOST_ENDING)
        rest = kept[k][: len(kept[k]) - shared]
        # one word alone ("Professional") would say too little
        if shared and len(rest) > 1 and not _hangs(" ".join(rest)):
            kept[k] = rest
    return "; ".join(" ".join(words) for words in kept)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """Return with how many equal words two titles begin, one left of each at least."""
    most, n = min(len(one), len(other)) - 1, 0
    while n < most and one[n] == other[n] and not one[n].endswith(","):
        n += 1
    return n
