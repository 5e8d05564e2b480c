"""Text that may stand in a page: escaped, without the signs that pages forbid."""

from __future__ import annotations

import re
from html import escape

__all__ = ["allowed_text", "markup_text"]

#: separators of old: white space to a reader, forbidden in markup
_SPACES = re.compile("[\x0b\x0c\x1c-\x1f]")
#: what HTML, SVG, XML and workbooks do not allow as text, and halves of pairs
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff\ufffe\uffff]")


def allowed_text(text: str) -> str:
    r"""Return a text without the signs that a page or a cell must not hold.

    Examples
    --------
    >>> allowed_text("North\x0bWest")
    'North West'
    >>> allowed_text("a\x00b\u2028c") == "ab\u2028c"
    True
    """
    return _NO_TEXT.sub("", _SPACES.sub(" ", text))


def markup_text(text: str) -> str:
    r"""Return a text as it may stand in markup, in an element or an attribute.

    Examples
    --------
    >>> markup_text("a<b & \"c\"\x00")
    'a&lt;b &amp; &quot;c&quot;'
    """
    return escape(allowed_text(text), quote=True)
