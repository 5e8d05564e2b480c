"""What every figure says and looks like: language, source, simulated, its axes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clusterid.figures._axes import figure_style, new_axes, note, plain_text
from clusterid.legend import Words, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Style"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Language, what is counted, source and whether simulated, of one figure."""

    language: str = "en"
    kind: str = "industry"
    source: str = ""
    simulated: bool = False

    @property
    def said(self) -> Words:
        """Words of the figure's language."""
        return words(self.language, kind=self.kind)

    @property
    def source_line(self) -> str:
        """The source as it stands below the figure; empty where none is named."""
        return f"{self.said('map.source')}: {self.source}" if self.source else ""

    @contextmanager
    def axes(self, ax: Axes | None, size: tuple[float, float]) -> Iterator[Axes]:
        """Draw on the axes given, or on new ones, with the settings of clusterid."""
        with figure_style():
            yield new_axes(ax, size)

    def title(self, ax: Axes, title: str, *, width: int = 80) -> None:
        """Write a title that somebody gave, where there is one."""
        if title:
            ax.set_title(plain_text(title, width=width))

    def sign(self, ax: Axes, *base: str) -> None:
        """Write base and source below, "simulated" across; called last."""
        note(ax, *base, self.source_line, simulated=self.mark)

    @property
    def mark(self) -> str:
        """What is written across the figure of simulated data."""
        return self.said("map.simulated") if self.simulated else ""

    def empty(self, ax: Axes, key: str) -> None:
        """Say in words that there is nothing to draw."""
        text = self.said(key)
        ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center")
        ax.set_xticks([])
        ax.set_yticks([])
