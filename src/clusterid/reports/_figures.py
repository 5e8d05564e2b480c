"""Figures put inside the page as data, with a text for those who do not see them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Picture", "picture"]


@dataclass(frozen=True, slots=True)
class Picture:
    """One figure: its address inside the page, its text, its caption."""

    address: str
    alternative: str
    caption: str


def picture(ax: Axes, *, alternative: str, caption: str = "") -> Picture:
    """Return a figure as SVG inside a data address; same input, same bytes."""
    from clusterid.figures import to_svg

    content = base64.b64encode(to_svg(ax).encode("utf-8")).decode("ascii")
    return Picture(f"data:image/svg+xml;base64,{content}", alternative, caption)
