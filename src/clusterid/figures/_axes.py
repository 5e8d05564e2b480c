"""What all figures share: axes, plain text, the line with base and source, SVG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any
from unicodedata import category

from clusterid._typed import typed
from clusterid.legend import format_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "caption",
    "figure_style",
    "legend_of",
    "new_axes",
    "note",
    "plain_text",
    "plain_ticks",
    "to_svg",
]

#: drawn alike on every machine, whatever the user's own settings
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": 9,
    "axes.edgecolor": "#5a6472",
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    # a name like "$x$" is a name, not a formula
    "text.parse_math": False,
    "text.usetex": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "clusterid",
}


@contextmanager
@typed
def figure_style() -> Iterator[None]:
    """Draw with the settings of clusterid, and restore the caller's afterwards."""
    import matplotlib as mpl

    with mpl.rc_context(_STYLE):
        yield


def new_axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Return the axes given, or new ones on a figure that no window ever shows."""
    if ax is not None:
        return ax
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size)
    FigureCanvasAgg(figure)
    return figure.add_subplot()


@cache
def _glyphs() -> frozenset[int]:
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    # titles are bold, and the bold font knows fewer signs
    plain, bold = (
        set(FT2Font(findfont(name)).get_charmap())
        for name in ("DejaVu Sans", "DejaVu Sans:bold")
    )
    return frozenset(plain & bold)


#: signs without a shape: control signs, marks of direction, halves of pairs
_SHAPELESS = frozenset({"Cc", "Cf", "Cs"})


@typed
def plain_text(value: object, *, width: int = 60) -> str:
    r"""Return a text that can be drawn: one line, known signs, not longer than width.

    What the font does not know is a box; control signs and marks of direction, which
    have no shape, are left out.

    Examples
    --------
    >>> plain_text("two\nlines and 🏭")
    'two lines and □'
    """
    text = re.sub(r"\s+", " ", str(value)).strip()
    text = "".join(c for c in text if category(c) not in _SHAPELESS)
    known = _glyphs()
    text = "".join(c if ord(c) in known else "□" for c in text)
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _literal(ax: Axes) -> None:
    """Draw every text of some axes as it is, also on axes that the caller made.

    Texts made before, such as the title of given axes, would read ``$`` as a formula.
    """
    from matplotlib.text import Text

    for text in ax.findobj(Text):
        if isinstance(text, Text):
            text.set_parse_math(False)
            text.set_usetex(False)


def legend_of(ax: Axes, handles: list[Any], labels: list[str], **settings: Any) -> None:
    """Draw a legend in which every label stands; an underscore would hide one."""
    drawn = ax.legend(handles, [str(k) for k in range(len(labels))], **settings)
    for text, label in zip(drawn.get_texts(), labels, strict=True):
        text.set_text(label)


def caption(ax: Axes, text: str, *, below: float) -> None:
    """Write a small line so many points below the axes."""
    ax.annotate(
        text,
        xy=(0, 0),
        xycoords="axes fraction",
        xytext=(0, -below),
        textcoords="offset points",
        ha="left",
        va="top",
        fontsize=7.2,
        color="#5a6472",
        annotation_clip=False,
    )


@typed
def note(ax: Axes, *parts: str, simulated: str = "") -> None:
    """Write base and source below the axes, and "simulated" across them.

    Called last: all texts of the axes are then drawn as they are.

    Parameters
    ----------
    ax : Axes
        Drawn on.
    *parts : str
        Base, unit, vintage, source; empty ones are left out.
    simulated : str
        The word written across the axes; nothing when empty.
    """
    said = " · ".join(plain_text(part, width=110) for part in parts if part)
    if said:
        caption(ax, said, below=34 if ax.get_xlabel() else 22)
    if simulated:
        ax.text(
            0.5,
            0.5,
            plain_text(simulated),
            transform=ax.transAxes,
            ha="center",
            va="center",
            rotation=20,
            fontsize=max(10.0, min(30.0, 6.5 * _inches(ax))),
            fontweight="bold",
            color="#a4000f",
            alpha=0.1,
            zorder=5,
        )
    _literal(ax)


def _inches(ax: Axes) -> float:
    figure: Any = ax.get_figure(root=True)
    return float(ax.get_position().width * figure.get_figwidth())


def plain_ticks(
    ax: Axes, axis: str, low: float, high: float, *, language: str = "en"
) -> None:
    """Give a log axis round ticks with plain numbers instead of powers of ten."""
    import math

    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    steps = (1, 2, 5)
    first = math.floor(math.log10(max(low, 1e-9)))
    last = math.ceil(math.log10(max(high, 1e-9)))
    ticks = [m * 10.0**e for e in range(first, last + 1) for m in steps]
    ticks = [t for t in ticks if low * 0.999 <= t <= high * 1.001]
    if len(ticks) > 8:
        ticks = [t for t in ticks if round(math.log10(t), 9) % 1 == 0]
    chosen = ax.xaxis if axis == "x" else ax.yaxis
    chosen.set_major_locator(FixedLocator(ticks))
    chosen.set_minor_locator(NullLocator())
    texts = [format_number(t, language=language) for t in ticks]
    chosen.set_major_formatter(FixedFormatter(texts))


@typed
def to_svg(ax: Axes) -> str:
    """Return the figure of some axes as SVG text; same input, same bytes.

    Examples
    --------
    >>> from clusterid.figures._axes import new_axes
    >>> to_svg(new_axes(None, (1, 1))).startswith("<svg")
    True
    """
    figure: Any = ax.get_figure(root=True)
    buffer = BytesIO()
    with figure_style():
        figure.savefig(
            buffer,
            format="svg",
            bbox_inches="tight",
            metadata={"Date": None, "Creator": None},
        )
    text = buffer.getvalue().decode("utf-8")
    return text[text.index("<svg") :]
