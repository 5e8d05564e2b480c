"""Text that may stand in a page: escaped, without the signs that pages forbid."""

from __future__ import annotations

import re
from html import escape

__all__ = ["allowed_text", "markup_text"]

#: what HTML, SVG and XML do not allow as text, and halves of pairs
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def allowed_text(text: str) -> str:
    r"""Return a text without the signs that a page must not hold.

    Examples
    --------
    >>> allowed_text("a\x00b\u2028c") == "ab\u2028c"
    True
    """
    return _NO_TEXT.sub("", text)


def markup_text(text: str) -> str:
    r"""Return a text as it may stand in markup, in an element or an attribute.

    Examples
    --------
    >>> markup_text("a<b & \"c\"\x00")
    'a&lt;b &amp; &quot;c&quot;'
    """
    return escape(allowed_text(text), quote=True)
