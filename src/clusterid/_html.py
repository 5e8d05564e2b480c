"""How a result of several tables shows itself in a notebook."""

from __future__ import annotations

from html import escape

__all__ = ["shown_with"]


def shown_with(result: object, table: str) -> str:
    """Return the one-line description of a result, and one of its tables below it.

    Examples
    --------
    >>> shown_with(3, "<table></table>")
    '<p>3</p><table></table>'
    """
    return f"<p>{escape(repr(result))}</p>{table}"
