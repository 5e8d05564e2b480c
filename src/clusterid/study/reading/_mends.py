"""Mends of a table in the words of a study file, which cannot call Python."""

from __future__ import annotations

import re
from dataclasses import replace

from clusterid.errors import (
    ClusteridError,
    TableError,
)

__all__ = ["in_words_of_a_study", "mend_of_a_study"]

#: Files that neither ``columns`` nor ``options`` of their section are about.
_BESIDE = (
    "labels", "totals", "plant_herfindahl", "largest_plant", "truth",
    "attributes of regions", "bridge",
)  # fmt: skip
_ANSWERED = ("places", "answers", "declared")
#: What a function takes (``pad={"region": 5}``).
_ARGUMENT = re.compile(
    r"(?<![\w.{])(?P<name>columns|encoding|separator|skip_rows|skip_footer|header_rows"
    r"|sheet|layer|layout|pad|decimal|thousands|withheld_flags|nil_flags|withheld|nil"
    r"|marked|bands|levels|level|digits|total_codes|filter|classification|unticked"
    r"|rounding|crs|repair|kinds|directed)="
    r"(?P<value>\{[^{}]*\}|\([^()]*\)|\"[^\"]*\"|\w+|)"
)
#: Keys of a section itself, not of its options.
_OWN_KEYS = ("columns", "crs", "level", "digits", "filter", "classification")
#: What only Python can do.
_IN_PYTHON = (
    (r"read the file with dtype=str", "write the codes as text"),
    (r" \(table\.drop_duplicates\(\)\)", ""),
    (r"one value a cell: explode it", "write one value a cell"),
    (r"take the year: table\['\w+'\]\.dt\.year", "write the year alone"),
    (r" with gdf\.to_crs\(\)", ""),
    (r'or (columns=)?\{"x": \.+, "y": \.+\}', 'or columns = { x = "...", y = "..." }'),
)
#: How the file is mended where nothing can be said of it.
_IN_THE_FILE = (
    (r'pass encoding="latin-1" \(or "cp1252"\), or save it', "save it"),
    (r'pass encoding="utf-16" if a .*', "save it as text in UTF-8"),
    (r", *or name separator=, skip_rows= and skip_footer=", ", or lines around it"),
    (r"pass (decimal|thousands)=.*", "write numbers with a point and no other sign"),
    (r'pass pad=\{"\w+": (\d+)\}(, or pad=.*codes)?', r"write codes of \1 digits"),
    (r'; or pad=\{"\w+": <width>\} after turning it into whole numbers', ""),
    (r'pass columns=\{"(\w+)": [^{}]*\}', r"call a column \1 in the file"),
    (r"map it with columns=; have", "call a column so in the file; it has"),
)


def in_words_of_a_study(section: str, error: ClusteridError) -> ClusteridError:
    """Return an error whose mends can be followed in a study file.

    A reader speaks of arguments of functions (``encoding="latin-1"``); a study file has
    keys and ``options``, and some of its files have neither.
    """
    if not isinstance(error, TableError):
        return error
    faults = [
        replace(fault, mend=mend_of_a_study(fault.mend, error.table, section))
        for fault in error.faults
    ]
    return TableError(error.table, faults)


def mend_of_a_study(mend: str, table: str, section: str) -> str:
    answered = next((name for name in _ANSWERED if name in table.split(" (")[0]), "")
    if table.startswith(_BESIDE) or (section == "survey" and not answered):
        keys: tuple[str, ...] = ()
    elif section in {"survey", "plants"}:
        keys = _OWN_KEYS
    else:
        keys = (*_OWN_KEYS, "options")
    for pattern, instead in _IN_PYTHON:
        mend = re.sub(pattern, instead, mend)
    for pattern, instead in _IN_THE_FILE:
        if "options" not in keys and not ("columns" in keys and "columns=" in pattern):
            mend = re.sub(pattern, instead, mend)
    inside = answered if section == "survey" else ""
    mend = _ARGUMENT.sub(lambda found: _key(found, inside), mend)
    return re.sub(r"\bpass (?=options|columns|crs|\w+ in options)", "set ", mend)


def _key(argument: re.Match[str], table: str) -> str:
    """Return an argument as a study file writes it, in TOML."""
    name, value = argument["name"], argument["value"]
    if not value:
        return name if name in _OWN_KEYS else f"{name} in options"
    value = re.sub(r'"(\w+)": ', r"\1 = ", value)
    value = re.sub(r'("[^"]*"): ', r"\1 = ", value).replace("...", '"..."')
    value = re.sub(r"^\{(.*)\}$", r"{ \1 }", value)
    value = re.sub(r"^\((.*?),?\)$", r"[\1]", value)
    value = {"True": "true", "False": "false"}.get(value, value)
    if table and name == "columns":
        value = f"{{ {table} = {value} }}"
    written = f"{name} = {value}"
    return written if name in _OWN_KEYS else f"options = {{ {written} }}"
