"""Kinds of cluster by level: templates, fields, parts, code groups, industries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterid.classifications import FieldWeights
from clusterid.communities import Templates

__all__ = ["IN_NONE", "LEVELS", "Kind", "Kinds", "kinds_of"]

#: Stands for the template of industries that are in none.
IN_NONE = "none"

LEVELS = ("template", "field", "part", "code_group", "industry")

#: An industry is of a field that holds this share of it; a field is a kind where the
#: industries separate it this well. The values of given templates and of the
#: comparison.
FIELD_HOLDS = SEPARATED = 0.5

#: Codes whose beginnings are groups: digits, with a letter before them or not.
_CODE = re.compile(r"[A-Za-z]?\d+")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its code, level, label, the template it lies in, its industries."""

    code: str
    level: str
    label: str
    template: str
    industries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds of a study, level after level; each set of industries once."""

    all: tuple[Kind, ...]
    industries: pd.Index

    def of(self, level: str) -> list[Kind]:
        """Return the kinds of one level."""
        return [kind for kind in self.all if kind.level == level]

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.all)

    def weights(self, kinds: Sequence[Kind]) -> pd.DataFrame:
        """Return industries x kinds, 1 where the industry belongs to the kind."""
        place = {code: i for i, code in enumerate(self.industries)}
        weights = np.zeros((len(place), len(kinds)))
        for k, kind in enumerate(kinds):
            weights[[place[code] for code in kind.industries], k] = 1.0
        return pd.DataFrame(weights, self.industries, [kind.code for kind in kinds])


def kinds_of(
    templates: Templates,
    employment: pd.DataFrame,
    names: Mapping[str, str],
    *,
    below: bool,
    fields: FieldWeights | None = None,
) -> Kinds:
    """Return every kind, each set of industries once, at the first level that has it.

    A template that other layers speak against (:attr:`Templates.mixed`) is no kind;
    its parts, groups and industries are.
    ``fields``: those of the lexicon that the industries separate, each with the
    industries of which it holds half or more, two at least. ``below``: parts are the
    finer communities of :attr:`Templates.hierarchy` inside a template; groups of codes
    share a beginning of two digits or more, whatever their template; single industries
    are all that the table has. ``names`` by code.
    """
    industries = employment.columns
    known = {str(code) for code in industries}
    jobs = employment.sum(axis=0)
    home: dict[str, str] = {}
    found: dict[frozenset[str], Kind] = {}
    used: set[str] = set()

    def add(code: str, level: str, members: Sequence[str], label: str) -> None:
        homes = {home.get(member, IN_NONE) for member in members}
        template = homes.pop() if len(homes) == 1 else IN_NONE
        if frozenset(members) in found:
            return
        # a given template may be named like a code
        code = code if code not in used else f"{level} {code}"
        used.add(code)
        kind = Kind(code, level, label, template, tuple(sorted(members)))
        found[frozenset(members)] = kind

    def leading(members: Sequence[str]) -> str:
        first = sorted(members, key=lambda c: (-float(jobs[c]), c))[:2]
        return " / ".join(str(names.get(c, c)) for c in first)

    inside = {
        str(name): [c for c in templates.members(str(name)) if c in known]
        for name in templates.labels.index
    }
    for name, members in inside.items():
        home |= dict.fromkeys(members, name)
    mixed = set(templates.mixed)
    for name, members in inside.items():
        if members and name not in mixed:
            add(name, "template", members, str(templates.labels[name]))
    for name, members, label in _separated(fields, known):
        add(name, "field", members, label)
    if below:
        for name, members in inside.items():
            blocks = _finer(templates, members)
            width = max(2, len(str(len(blocks))))
            for number, block in enumerate(blocks, start=1):
                add(f"{name}.{number:0{width}d}", "part", block, leading(block))
        for start, block in _beginnings(sorted(known)).items():
            label = str(names.get(start, "")) or leading(block)
            add(f"{start}*", "code_group", block, label)
        for code in sorted(known):
            add(code, "industry", [code], str(names.get(code, code)))
    return Kinds(tuple(found.values()), industries)


def _separated(
    fields: FieldWeights | None, known: set[str]
) -> Iterator[tuple[str, list[str], str]]:
    """Return name, industries and label of fields that are kinds of their own."""
    if fields is None:
        return
    for name in sorted(map(str, fields.weights.columns)):
        held = fields.weights[name].ge(FIELD_HOLDS)
        members = [str(c) for c in fields.weights.index[held] if str(c) in known]
        if fields.mappability[name] >= SEPARATED and 1 < len(members) < len(known):
            yield name, members, str(fields.labels.loc[name, "label_en"])


def _finer(templates: Templates, codes: list[str]) -> list[list[str]]:
    """Return the communities finer than the template, the largest first."""
    chosen = float(templates.params.get("chosen_resolution", np.nan))
    blocks: set[frozenset[str]] = set()
    for column in templates.hierarchy.columns:
        try:
            resolution = float(column)
        except (TypeError, ValueError):
            resolution = np.inf  # a named level of given templates
        if np.isnan(chosen) or resolution > chosen:
            labels = templates.hierarchy[column].reindex(codes)
            by: dict[str, list[str]] = {}
            for code, label in labels.dropna().items():
                by.setdefault(str(label), []).append(str(code))
            blocks |= {frozenset(block) for block in by.values()}
    some = [block for block in blocks if 1 < len(block) < len(codes)]
    return sorted((sorted(block) for block in some), key=lambda b: (-len(b), b))


def _beginnings(codes: list[str]) -> dict[str, list[str]]:
    """Return by beginning the codes that share it, two digits or more, not all."""
    groups: dict[str, list[str]] = {}
    for code in codes:
        if _CODE.fullmatch(code):
            first = 2 + code[0].isalpha()
            for length in range(first, len(code)):
                groups.setdefault(code[:length], []).append(code)
    return {
        start: block for start, block in groups.items() if 1 < len(block) < len(codes)
    }
