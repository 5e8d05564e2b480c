"""Labelled, checked inputs: employment, regions, flows, links, plants, survey."""

from clusterid.tables._economy import (
    TOTAL,
    Economy,
    Margins,
    Metadata,
    economy,
    margins,
)

__all__ = ["TOTAL", "Economy", "Margins", "Metadata", "economy", "margins"]
