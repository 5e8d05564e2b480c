"""Declared fields, their verdicts and evidence; what the survey said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from clusterid.legend import VERDICTS, Words
from clusterid.reports._figures import picture
from clusterid.reports._parts import Context, Part, Section
from clusterid.reports._tables import Table, frame_table

__all__ = ["declared", "survey"]


def declared(result: Any, said: Words, where: Context) -> Section | None:
    """Return verdicts with evidence and what would change them, and agreement."""
    comparison = getattr(result, "comparison", None)
    if comparison is None or not len(comparison.verdicts):
        return None
    from clusterid.figures import verdict_bars

    verdicts = comparison.verdicts
    ax = verdict_bars(
        comparison,
        language=said.language,
        kind=where.kind,
        source=where.source,
        simulated=where.simulated,
    )
    parts = [
        Part("text", said("report.declared_text")),
        Part("figure", picture(ax, alternative=said("report.alt_verdicts"))),
    ]
    counts = verdicts["verdict"].value_counts()
    there = [code for code in VERDICTS if counts.get(code, 0)]
    legend = pd.DataFrame({
        "verdict": there,
        "n": [int(counts[code]) for code in there],
        "meaning": [said(f"verdict_says.{code}") for code in there],
    })
    parts.append(
        Part("table", frame_table(legend, said, caption=said("report.meaning")))
    )
    language = said.language
    for code in there:
        rows = verdicts[verdicts["verdict"].eq(code)].copy()
        rows["place"] = [
            str(name) if isinstance(name, str) and name else _where(row, where)
            for name, row in zip(
                rows["place_name"], rows.to_dict("records"), strict=True
            )
        ]
        rows["field"] = [
            _label(label, field, status, where)
            for label, field, status in zip(
                rows["label"], rows["field"], rows["declared"], strict=True
            )
        ]
        rows["evidence"] = rows.get(f"evidence_{language}", "")
        rows["would_change"] = rows.get(f"would_change_{language}", "")
        rows = rows.sort_values(["place", "field"], kind="stable")
        table = frame_table(
            rows,
            said,
            caption=f"{said(f'verdict.{code}')} ({len(rows)})",
            columns=("place", "field", "lq", "q_value", "employment", "posterior",
                     "candidate", "evidence", "would_change"),
            names=where.names,
            limit=200,
        )  # fmt: skip
        parts.append(Part("folded" if len(rows) > 12 else "table", table))
    for name in ("agreement", "by_label", "by_method", "sensitivity"):
        frame = getattr(comparison, name, None)
        if isinstance(frame, pd.DataFrame) and len(frame):
            parts.append(
                Part(
                    "folded" if len(frame) > 25 else "table",
                    frame_table(
                        frame,
                        said,
                        caption=said(f"report.{name}"),
                        names={**where.names, "field": _fields(result, said)},
                        limit=60,
                        note=said.get(f"report.{name}_note", ""),
                    ),
                )
            )
    return Section("declared", said("report.declared"), tuple(parts))


def _label(label: Any, field: Any, status: Any, where: Context) -> str:
    """Return what a place calls its field; of a candidate, its name in words."""
    if not isinstance(label, str) or not label:
        return str(field)
    return label if status == "yes" else where.spoken(label)


def _fields(result: Any, said: Words) -> dict[str, str]:
    """Return the names of the lexicon's fields."""
    lexicon = getattr(result, "fields", None)
    column = f"label_{said.language}"
    if not isinstance(lexicon, pd.DataFrame) or column not in lexicon:
        return {}
    named = lexicon.dropna(subset=[column]).drop_duplicates("field")
    return dict(zip(named["field"].astype(str), named[column].astype(str), strict=True))


def _where(row: dict[Any, Any], where: Context) -> str:
    codes = [code for code in str(row.get("regions") or "").split(";") if code]
    named = [where.regions.get(code, code) for code in codes]
    return ", ".join(named[:3]) + (" …" if len(named) > 3 else "")


def survey(result: Any, said: Words, where: Context) -> Section | None:
    """Return the survey's tables with their bases, and how ranks move."""
    found = getattr(result, "survey", None)
    answers = getattr(found, "answers", None)
    parts: list[Part] = []
    if found is not None:
        places = found.places
        parts.append(
            Part(
                "text",
                said(
                    "report.survey_text",
                    asked=int(places["asked"].eq(True).sum()),
                    answered=int(places["answered"].eq(True).sum()),
                    n=0 if found.declared is None else len(found.declared),
                ),
            )
        )
    if found is None or answers is None or not len(answers):
        return Section("survey", said("report.survey"), tuple(parts)) if parts else None
    from clusterid.figures import rank_slope

    language = said.language
    book = found.codebook
    questions = book.drop_duplicates("question").set_index("question")
    ranked = set(answers.loc[answers["rank"].notna(), "question"])
    style: dict[str, Any] = {"language": language, "simulated": where.simulated}
    asked = [q for q in questions.index if q in set(answers["question"])]
    cluster_items = ["identified_by", "initiated_by", "funded_by"]
    if found.declared is None or not len(found.declared):
        cluster_items = []
    for item in [*asked, *cluster_items]:
        table = found.table(item)
        if not table["base"].gt(0).any():
            continue
        title = item.replace("_", " ")
        if item in questions.index:
            title = str(questions.loc[item, f"question_{language}"])
        base = _base(table, said)
        parts.append(Part("heading", title))
        parts.append(Part("table", _with_bars(table, said, base)))
        if item in ranked:
            shift = found.rank_shift(item)
            ax = rank_slope(
                shift,
                labels=shift[f"label_{language}"].to_dict(),
                title=said("report.rank_shift", q=title),
                base=base,
                **style,
            )
            parts.append(
                Part(
                    "figure", picture(ax, alternative=said("report.alt_ranks", q=title))
                )
            )
    return Section("survey", said("report.survey"), tuple(parts))


def _with_bars(table: pd.DataFrame, said: Words, base: str) -> Table:
    """Return an item of the survey, each share with a bar and its interval."""
    shown = (
        table
        .drop(columns="option")
        .rename(columns={f"label_{said.language}": "option"})
        .sort_values(["percent_of_cases", "option"], ascending=[False, True])
    )
    columns = ("option", "percent_of_cases", "lower", "upper", "worst_lower",
               "worst_upper", "count", "missing", "percent_of_responses")  # fmt: skip
    plain = frame_table(shown, said, columns=columns, note=base)
    rows = []
    for row, record in zip(plain.rows, shown.to_dict("records"), strict=True):
        value = record["percent_of_cases"]
        ends = [record["lower"], record["upper"]]
        if value == value:
            low, high = (v if v == v else value for v in ends)
            drawn = (round(value, 1), round(low, 1), round(high, 1))
            row = (row[0], replace(row[1], bar=drawn), *row[2:])
        rows.append(row)
    return replace(plain, rows=tuple(rows))


def _base(table: pd.DataFrame, said: Words) -> str:
    n = int(table["base"].max())
    population = table["population"].max()
    name = str(table["base_name"].iloc[0])
    unit = said.get(f"base.{name}", name.replace("_", " "))
    if population == population and name == "responding":
        return said("report.base_of", n=n, total=int(population))
    return said("report.base_n", n=n, unit=unit)
