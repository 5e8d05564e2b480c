"""Printed figures: each takes ``ax=None``, returns Axes, names source and base."""

from clusterid.figures._axes import figure_style, note, plain_text, to_svg
from clusterid.figures._choropleth import choropleth, choropleths
from clusterid.figures._heatmap import template_heatmap
from clusterid.figures._network import template_network
from clusterid.figures._portfolio import portfolio
from clusterid.figures._survey import rank_slope, share_bars
from clusterid.figures._verdicts import verdict_bars

__all__ = [
    "choropleth",
    "choropleths",
    "figure_style",
    "note",
    "plain_text",
    "portfolio",
    "rank_slope",
    "share_bars",
    "template_heatmap",
    "template_network",
    "to_svg",
    "verdict_bars",
]
