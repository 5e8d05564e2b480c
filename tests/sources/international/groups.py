"""Groups of industries in the German tables, to which flows are carried."""

from __future__ import annotations

WZ_GROUPS = ["A", "B+D+E", "C", "F", "G-I", "J", "K", "L", "M-N", "O-Q", "R-U"]
