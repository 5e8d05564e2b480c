"""Why the members of a template belong together: a part of the report for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clusterid.communities import explain_template, link_ranks
from clusterid.legend import format_number
from clusterid.reports._parts import Context, Opened, Part

if TYPE_CHECKING:
    from clusterid.communities import Explanation
    from clusterid.results import Result

__all__ = ["MOST_EXPLAINED", "explained"]

#: Templates that are explained, the largest ones; the report says how many are not.
MOST_EXPLAINED = 30
#: Links of a layer, and templates nearby, that are shown. Our choice.
_MOST_LINKS = 3
#: Members whose place is in doubt that are named.
_MOST_NAMED = 6
_LINKS = ("layer", "pair", "link_rank", "took_part")
_BETWEEN = ("template", "mean_rank", "pair", "layer", "link_rank")


def explained(result: Result, page: Context) -> list[Part]:
    """Return one part a template, closed at first, the largest templates first."""
    found = result.templates
    if found is None or not result.layers or not len(found.labels):
        return []
    ranks = link_ranks(result.layers)
    known = {node for layer in ranks.values() for node in layer.nodes}
    if not known & {str(code) for code in found.membership.dropna().index}:
        return []
    size = found.membership.dropna().astype(str).value_counts()
    order = sorted(map(str, found.labels.index), key=lambda c: (-size.get(c, 0), c))
    parts = [page.heading("report.explained"), page.text("report.explained_text")]
    for code in order[:MOST_EXPLAINED]:
        why = explain_template(
            found, code, ranks, names=page.industries, most=_MOST_LINKS
        )
        parts.append(Part("opened", _opened(why, page)))
    left = len(order) - MOST_EXPLAINED
    if left > 0:
        n = format_number(left, language=page.language)
        parts.append(page.note("report.explained_left", n=n))
    return parts


def _opened(why: Explanation, page: Context) -> Opened:
    label = page.templates.get(why.template, why.label)
    tables = (
        page.table(
            why.links.rename(columns={"rank": "link_rank"}),
            caption=page.said("report.explained_links"),
            columns=_LINKS,
        ),
        page.table(
            why.between.rename(columns={"rank": "link_rank"}),
            caption=page.said("report.explained_between"),
            columns=_BETWEEN,
        ),
    )
    return Opened(
        f"{why.template} {label}".strip(),
        _how_sure(why, page),
        tuple(part.value for part in tables if part.value.rows),
    )


def _how_sure(why: Explanation, page: Context) -> str:
    """Return how many members there are, how sure, and which are in doubt."""
    summary, members = why.summary, why.members
    text = page.said(
        "report.explained_sure",
        n=format_number(float(summary["n_industries"]), language=page.language),
        confidence=f"{100 * summary['confidence']:.0f}",
    )
    doubtful = members[members["status"].eq("ambiguous")]
    if not len(doubtful):
        return text
    named = [
        page.said("report.explained_next", name=name, template=near) if near else name
        for name, near in zip(
            doubtful["name"].head(_MOST_NAMED),
            doubtful["next_template"].head(_MOST_NAMED),
            strict=True,
        )
    ]
    rest = len(doubtful) - len(named)
    more = [page.said("report.more_members", n=rest)] if rest else []
    doubt = page.said("report.explained_doubt", names="; ".join([*named, *more]))
    return f"{text} {doubt}"
