"""What every page of a map says and holds: texts, outlines, title, sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from clusterid.legend import HIDDEN_COLOUR, LANGUAGES, words
from clusterid.maps._texts import Text

if TYPE_CHECKING:
    from clusterid.maps._geometry import Outlines

__all__ = ["Imprint", "base_data"]

#: keys of the catalogue that the page's script reads
_SAID = (
    "map.", "measure.", "verdict.", "verdict_says.", "reason.", "flag.", "state.",
    "language.", "declared.", "level.", "grade.", "grade_says.", "why.", "form.",
    "layer.",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """Title, what is counted, sources, vintage and unit of a map."""

    title: Text = ""
    kind: str = "industry"
    simulated: bool = False
    confidential: bool = False
    source: Text = ""
    licence: Text = ""
    geometry_source: Text = ""
    year: int | str | None = None
    unit: Text = ""
    base: Text = ""
    subtitle: Text = ""


def base_data(shapes: Outlines, imprint: Imprint, *, language: str) -> dict[str, Any]:
    """Return what every page needs; layers, clusters and places are added."""
    from clusterid import __version__

    texts = {}
    for code in LANGUAGES:
        said = words(code, kind=imprint.kind)
        texts[code] = {k: v for prefix in _SAID for k, v in said.under(prefix).items()}
    points = [
        None if np.isnan(lat) else [round(float(lat), 4), round(float(lon), 4)]
        for lat, lon in shapes.points
    ]
    return {
        "meta": {
            "title": imprint.title,
            "subtitle": imprint.subtitle,
            "language": language,
            "kind": imprint.kind,
            "simulated": bool(imprint.simulated),
            "confidential": bool(imprint.confidential),
            "source": imprint.source,
            "licence": imprint.licence,
            "geometry": imprint.geometry_source,
            "year": "" if imprint.year is None else str(imprint.year),
            "unit": imprint.unit,
            "base": imprint.base,
            "version": __version__,
            "hidden": HIDDEN_COLOUR,
            "overview": False,
            "theme": "overview",
        },
        "texts": texts,
        "geo": {
            "origin": [round(x, 9) for x in shapes.origin],
            "step": shapes.step,
            "codes": list(shapes.codes),
            "names": list(shapes.names),
            "points": points,
            "shapes": [shapes.encoded(shape) for shape in shapes.shapes],
        },
        "layers": [],
        "templates": {},
        "industries": [],
        "grades": {},
        "kinds": [],
        "clusters": [],
        "concentrations": {},
        "signs": [],
        "places": [],
        "links": {"total": 0, "items": []},
    }
