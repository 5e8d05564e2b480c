"""The map of a whole study: templates, clusters, verdicts, research links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.classifications import name_in
from clusterid.clusters import IN_NONE
from clusterid.errors import StudyError, check_option
from clusterid.legend import LANGUAGES, VERDICT_SIGNS, template_signs, words
from clusterid.maps._geometry import Outlines, outlines
from clusterid.maps._layers import both, column, layer, number, text
from clusterid.maps._page import MapPage, map_page
from clusterid.maps._value_map import Text, _one, base_data

__all__ = ["SIMULATED_SOURCE", "cluster_map", "outline_source", "study_title"]

#: what studies call the source of invented counts; pages say it in words
SIMULATED_SOURCE = "simulated economy"


@typed
def cluster_map(
    result: Any,
    *,
    language: str = "en",
    title: Text = "",
    source: Text = "",
    licence: Text = "",
    geometry_source: Text = "",
    industries: int | Sequence[str] = 12,
    links: int = 150,
    minimum_plants: int = 3,
    max_points: int = 25_000,
) -> MapPage:
    """Return the map of a study's result: one file that opens without a network.

    Layers: candidate clusters (outlined, one colour and dash a template), the shrunk
    location quotient of every template and of some industries, verdicts of declared
    clusters as symbols (shape and colour), the strongest research links between
    places. Withheld cells are hatched, estimated ones hatched in their colour.

    Parameters
    ----------
    result : Result
        Needs ``regions`` and ``economy``; ``candidates``, ``templates``,
        ``comparison``, ``concentration``, ``place_networks`` are drawn where there.
    language : {"en", "de"}
        Language the page opens in; the reader can switch.
    title, source, licence, geometry_source : str or mapping, optional
        By default what the result and its economy say.
    industries : int or sequence of codes
        Single industries offered as layers: so many with the most uneven shrunk
        quotient over regions, or those named.
    links : int
        Research links drawn, strongest first.
    minimum_plants : int
        Cells with fewer plants show only a rounded interval.
    max_points : int
        Points of all outlines together; shared borders stay shared.

    Returns
    -------
    MapPage
        ``.save("map.html")`` writes it.

    Raises
    ------
    StudyError
        If the result has no regions or no economy.
    GeometryError
        If the regions have no CRS or no outlines.
    OptionError
        If the language is not offered.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from types import SimpleNamespace
    >>> from shapely import box
    >>> import clusterid as cid
    >>> jobs = pd.DataFrame({"A": [5.0, 1.0], "B": [1.0, 5.0]}, index=["r", "s"])
    >>> regions = gpd.GeoDataFrame(
    ...     {"name": ["R", "S"]}, index=["r", "s"], crs=4326,
    ...     geometry=[box(8, 50, 9, 51), box(9, 50, 10, 51)])
    >>> result = SimpleNamespace(economy=cid.economy(jobs), regions=regions)
    >>> cluster_map(result).data["geo"]["codes"]
    ['r', 's']
    """
    check_option("language", language, LANGUAGES)
    result = getattr(result, "published", lambda: result)()
    economy = getattr(result, "economy", None)
    regions = getattr(result, "regions", None)
    if economy is None or regions is None:
        raise StudyError(
            "The result has no economy or no regions, so there is nothing to map. "
            "Give the study a [regions] table with outlines."
        )
    meta = economy.metadata
    shapes = outlines(regions, max_points=max_points, language=language)
    order = {code: i for i, code in enumerate(shapes.codes)}
    heading = title or study_title(result) or both("map.title", kind=meta.kind)
    data = base_data(
        shapes,
        title=heading,
        language=language,
        kind=meta.kind,
        simulated=meta.simulated,
        source=source or _source(meta),
        licence=licence or meta.licence,
        geometry=geometry_source or outline_source(result),
        year=meta.year,
        unit=_unit(meta),
        base=_base(economy),
        subtitle=_subtitle(economy),
        overview=True,
    )
    templates = getattr(result, "templates", None)
    candidates = getattr(result, "candidates", None)
    data["templates"] = _templates(templates, candidates, economy)
    layers = _template_layers(candidates, shapes, data["templates"], meta.kind)
    layers += _industry_layers(
        getattr(result, "concentration", None),
        shapes,
        meta,
        industries,
        minimum_plants,
    )
    data["layers"] = layers
    data["clusters"] = _clusters(
        candidates, shapes, order, data["templates"], meta.classification
    )
    comparison = getattr(result, "comparison", None)
    data["places"] = _places(
        comparison,
        getattr(result, "survey", None),
        shapes,
        order,
        data["clusters"],
        meta.classification,
    )
    data["signs"] = [
        {"code": s.verdict, "colour": s.colour, "shape": s.shape}
        for s in VERDICT_SIGNS.values()
    ]
    data["links"] = _links(getattr(result, "place_networks", None), shapes, links)
    if layers and not data["clusters"] and not data["places"]:
        data["meta"]["theme"] = layers[0]["id"]
    return map_page(data, title=_one(heading, language), language=language)


def study_title(result: Any) -> Text:
    """Return the title of a result, in both languages where the study has both."""
    study = getattr(getattr(result, "provenance", None), "study", None)
    section = study.get("study") if isinstance(study, Mapping) else None
    said = section.get("title") if isinstance(section, Mapping) else None
    if isinstance(said, Mapping) and said:
        return {code: text(said.get(code)) or _one(said, code) for code in LANGUAGES}
    return text(getattr(result, "title", ""))


def _named(said: object, classification: str) -> Text:
    """Return the name of a code in both languages; one text where both are alike."""
    name = text(said)
    names = {code: name_in(name, classification, code) for code in LANGUAGES}
    return name if len(set(names.values())) == 1 else names


def _with_code(code: str, name: Text) -> Text:
    if isinstance(name, Mapping):
        return {language: f"{code} {said}" for language, said in name.items()}
    return f"{code} {name}".strip()


def outline_source(result: Any) -> str:
    """Return the source line of the outlines, which their licence may demand."""
    regions = getattr(result, "regions", None)
    said = "" if regions is None else text(regions.attrs.get("source", ""))
    study = getattr(getattr(result, "provenance", None), "study", None)
    section = study.get("regions") if isinstance(study, Mapping) else None
    if not said and isinstance(section, Mapping):
        said = text(section.get("source", ""))
    return said


def _source(meta: Any) -> Text:
    if meta.simulated and meta.source in ("", SIMULATED_SOURCE):
        return both("map.simulated_source")
    return text(meta.source)


def _unit(meta: Any) -> Text:
    unit = text(meta.unit)
    return {code: words(code).get(f"unit_name.{unit}", unit) for code in LANGUAGES}


def _base(economy: Any) -> dict[str, str]:
    n_regions, n_industries = economy.employment.shape
    noun = both("noun.industries", kind=economy.metadata.kind)
    return {
        "en": f"{n_regions} regions, {n_industries} {noun['en']} "
        f"({economy.metadata.classification})",
        "de": f"{n_regions} Regionen, {n_industries} {noun['de']} "
        f"({economy.metadata.classification})",
    }


def _subtitle(economy: Any) -> dict[str, str]:
    base = _base(economy)
    year = "" if economy.metadata.year is None else f"{economy.metadata.year} · "
    return {code: year + said for code, said in base.items()}


def _templates(templates: Any, candidates: Any, economy: Any) -> dict[str, Any]:
    codes: set[str] = set()
    labels: Mapping[str, Any] = {}
    members: dict[str, list[Text]] = {}
    classification = economy.metadata.classification
    if templates is not None:
        membership = templates.membership.dropna().astype(str)
        codes |= set(membership)
        labels = {str(k): v for k, v in templates.labels.items()}
        names = economy.metadata.labels
        for industry, template in membership.sort_index().items():
            said = names.get(str(industry), str(industry))
            members.setdefault(template, []).append(_named(said, classification))
    if candidates is not None and len(candidates.table):
        codes |= set(candidates.table["template"].astype(str))
    signs = template_signs(codes)
    return {
        code: {
            "label": _template_label(code, labels.get(code), classification),
            "colour": sign.colour,
            "dash": sign.dash,
            "members": members.get(code, []),
        }
        for code, sign in signs.items()
    }


def _template_label(code: str, label: object, classification: str) -> Text:
    said = text(label)
    if code == IN_NONE:
        return both("confidence.none")
    if said in ("", code):
        return code
    return _with_code(code, _named(said, classification))


def _template_layers(
    candidates: Any, shapes: Outlines, templates: Mapping[str, Any], kind: str
) -> list[dict[str, Any]]:
    cells = getattr(candidates, "cells", None)
    if cells is None or not len(cells):
        return []
    measure = both("measure.lq_shrunk", kind=kind)
    unit = both("measure.lq_unit", kind=kind)
    found = []
    codes = pd.Index(shapes.codes)
    for code, part in cells.groupby("template", sort=True):
        part = part.set_index(part["region"].astype(str)).reindex(codes)
        flags: dict[int, list[str]] = {}
        for name, flag in (("is_seed", "seed"), ("is_member", "member")):
            marked = column(part, name, codes, dtype=object)
            if marked is not None:
                for i in np.flatnonzero(pd.Series(marked).eq(True)):
                    flags.setdefault(int(i), []).append(flag)
        found.append(
            layer(
                column(part, "lq_shrunk", codes),
                id=f"template-{code}",
                group="template",
                code=str(code),
                label=templates.get(str(code), {}).get("label", str(code)),
                measure=measure,
                unit=unit,
                lower=column(part, "lower", codes),
                upper=column(part, "upper", codes),
                q_value=column(part, "q_value", codes),
                jobs=column(part, "employment", codes),
                n_plants=column(part, "establishments", codes),
                imputed=column(part, "share_imputed", codes),
                reason=column(part, "reason", codes, dtype=object),
                flags=flags,
                neutral=1.0,
                shrunk=True,
            )
        )
    return found


def _ends(part: pd.DataFrame, name: str, shapes: Outlines) -> Any:
    """Return interval ends; of withheld cells the range that totals leave open."""
    end, possible = (
        column(part, name, shapes.codes),
        column(part, f"lq_{name}", shapes.codes),
    )
    if end is None or possible is None:
        return end if possible is None else possible
    return np.where(np.isnan(end), possible, end)


def _reasons(part: pd.DataFrame, shapes: Outlines) -> Any:
    return column(part, "reason", shapes.codes, dtype=object)


def _industry_layers(
    concentration: Any,
    shapes: Outlines,
    meta: Any,
    industries: int | Sequence[str],
    minimum_plants: int,
) -> list[dict[str, Any]]:
    if concentration is None or not len(concentration):
        return []
    table = concentration.assign(
        region=concentration["region"].astype(str),
        industry=concentration["industry"].astype(str),
    )
    # without plants nothing is shrunk: then the plain quotient, and said so
    shrunk = bool(table["lq_shrunk"].notna().any())
    value = "lq_shrunk" if shrunk else "lq"
    if isinstance(industries, int):
        spread = table.groupby("industry")[value].std().dropna().round(9)
        ranked = spread.reset_index().sort_values(
            [value, "industry"], ascending=[False, True]
        )
        chosen = ranked["industry"].head(industries).tolist()
    else:
        chosen = [str(code) for code in industries]
    measure = both("measure.lq_shrunk" if shrunk else "measure.lq_raw", kind=meta.kind)
    unit = both("measure.lq_unit", kind=meta.kind)
    found = []
    for code in sorted(chosen):
        part = table[table["industry"].eq(code)].set_index("region")
        if not len(part):
            continue
        name = meta.labels.get(code, "")
        found.append(
            layer(
                column(part, value, shapes.codes),
                id=f"industry-{code}",
                group="industry",
                label=_with_code(code, _named(name, meta.classification)),
                measure=measure,
                unit=unit,
                lower=_ends(part, "lower", shapes),
                upper=_ends(part, "upper", shapes),
                q_value=column(part, "q_value", shapes.codes),
                n_plants=column(part, "n_plants", shapes.codes),
                imputed=column(part, "share_imputed", shapes.codes),
                reason=_reasons(part, shapes),
                neutral=1.0,
                shrunk=shrunk,
                minimum_plants=minimum_plants,
            )
        )
    return found


def _clusters(
    candidates: Any,
    shapes: Outlines,
    order: Mapping[str, int],
    templates: Mapping[str, Any],
    classification: str,
) -> list[dict[str, Any]]:
    if candidates is None or not len(candidates.table):
        return []
    found = []
    for code, row in candidates.table.sort_index().iterrows():
        regions = [r for r in text(row.get("regions")).split(";") if r in order]
        shape = shapes.union(regions)
        template = text(row["template"])
        sign = templates.get(template, {"colour": "#4D4D4D", "dash": "", "label": ""})
        flags = [f.strip() for f in text(row.get("flags")).split(";") if f.strip()]
        where = [shapes.points[order[r]] for r in regions]
        middle = None
        if where:
            weights = np.asarray(where)
            nearest = ((weights - weights.mean(axis=0)) ** 2).sum(axis=1).argmin()
            middle = [round(float(x), 4) for x in weights[nearest]]
        found.append({
            "id": str(code),
            "template": template,
            # an industry in no template has no template's sign
            "tag": str(code) if template == IN_NONE else template,
            "label": _named(row.get("label"), classification) or sign["label"],
            "colour": sign["colour"],
            "dash": sign["dash"],
            "regions": [order[r] for r in regions],
            "shape": shapes.encoded(shape) if regions else [],
            "point": middle,
            "jobs": number(row.get("employment")),
            "n": number(row.get("establishments")),
            "lq": number(row.get("lq")),
            "lq_shrunk": number(row.get("lq_shrunk")),
            "excess": number(row.get("excess_jobs")),
            "q": number(row.get("q_value"), 2),
            "members": number(row.get("n_members")),
            "imputed": number(row.get("share_imputed"), 2),
            "certainty": number(row.get("certainty"), 2),
            "level": text(row.get("level")),
            "sharpest": _named(row.get("sharpest_part"), classification),
            "flags": flags,
        })
    return found


def _places(
    comparison: Any,
    survey: Any,
    shapes: Outlines,
    order: Mapping[str, int],
    clusters: Sequence[Mapping[str, Any]],
    classification: str,
) -> list[dict[str, Any]]:
    verdicts = getattr(comparison, "verdicts", None)
    if verdicts is None or not len(verdicts):
        return []
    at = {c["id"]: c for c in clusters}
    shares = _place_regions(survey)
    found: dict[str, dict[str, Any]] = {}
    for row in verdicts.to_dict("records"):
        place, candidate = text(row.get("place")), text(row.get("candidate"))
        codes = [r.strip() for r in text(row.get("regions")).split(";") if r.strip()]
        if not codes and candidate in at:
            codes = [shapes.codes[i] for i in at[candidate]["regions"]]
        inside = [order[c] for c in codes if c in order]
        key = place or f"candidate {candidate}"
        if key not in found:
            names = [shapes.names[i] for i in inside[:3]]
            if place:
                name = text(row.get("place_name")) or place
            else:
                more = " …" if len(inside) > 3 else ""
                name = f"{candidate}: {', '.join(names)}{more}".strip(": ")
            point = _point(shares.get(place, []), inside, shapes, order)
            if not place and candidate in at:
                point = at[candidate]["point"]
            found[key] = {
                "name": name,
                "declared": bool(place),
                "point": point,
                "regions": inside,
                "items": [],
            }
        field, label = text(row.get("field")), text(row.get("label"))
        declared = text(row.get("declared")) == "yes"
        found[key]["items"].append({
            "label": (label if declared else _named(label, classification)) or field,
            "field": field,
            "verdict": text(row.get("verdict")) or "unknown",
            "declared": text(row.get("declared")),
            "lq": number(row.get("lq")),
            "q": number(row.get("q_value"), 2),
            "jobs": number(row.get("employment")),
            "n": number(row.get("n_plants")),
            "posterior": number(row.get("posterior"), 2),
            "cluster": candidate,
            "evidence": _two(row, "evidence"),
            "change": _two(row, "would_change"),
        })
    return list(found.values())


def _two(row: Mapping[str, Any], name: str) -> dict[str, str]:
    return {code: text(row.get(f"{name}_{code}")) for code in LANGUAGES}


def _place_regions(survey: Any) -> dict[str, list[tuple[str, float]]]:
    places = getattr(survey, "places", None)
    if places is None or "regions" not in places:
        return {}
    frame = places if "place" in places else places.reset_index()
    return {
        str(row["place"]): [(str(r), float(share)) for r, share in row["regions"]]
        for row in frame[["place", "regions"]].to_dict("records")
        if isinstance(row["regions"], (list, tuple))
    }


def _point(
    shares: Sequence[tuple[str, float]],
    inside: Sequence[int],
    shapes: Outlines,
    order: Mapping[str, int],
) -> list[float] | None:
    known = sorted(
        ((-share, code) for code, share in shares if code in order),
    )
    i = order[known[0][1]] if known else (inside[0] if inside else None)
    if i is None or np.isnan(shapes.points[i]).any():
        return None
    return [round(float(x), 4) for x in shapes.points[i]]


def _links(networks: Any, shapes: Outlines, most: int) -> dict[str, Any]:
    order = {code: i for i, code in enumerate(shapes.codes)}
    items = []
    for name in sorted(networks or {}):
        for a, b, weight in networks[name].edges(data="weight", default=1.0):
            i, j = order.get(str(a)), order.get(str(b))
            if i is None or j is None or i == j or not weight > 0:
                continue
            if np.isnan(shapes.points[[i, j]]).any():
                continue
            items.append((-float(weight), min(i, j), max(i, j)))
    items.sort()
    return {
        "total": len(items),
        "items": [{"a": i, "b": j, "w": number(-w)} for w, i, j in items[:most]],
    }
