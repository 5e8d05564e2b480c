"""The code tree of a classification: parents, levels, leaves, truncation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from clusterid.classifications._reading import listed
from clusterid.errors import ClassificationError, check_option, nearest

__all__ = ["Classification"]


@dataclass(frozen=True, slots=True)
class Classification:
    """A classification as a tree of codes.

    Parameters
    ----------
    name : str
        E.g. ``"nace2"``.
    codes : DataFrame, index ``code``
        Columns ``level``, ``parent`` (``""`` at the root), ``label_en``, ``label_de``.
    levels : tuple of str
        Names of the levels, from the root to the leaves.
    title, source : str
        Shown in outputs.
    """

    name: str
    codes: pd.DataFrame
    levels: tuple[str, ...]
    title: str = ""
    source: str = ""
    _tree: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _bare: dict[str, str] = field(init=False, repr=False, compare=False)
    _leaves: dict[str, tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        tree: dict[str, list[str]] = {}
        for code, above in self.codes["parent"].items():
            tree.setdefault(str(above), []).append(str(code))
        object.__setattr__(
            self, "_tree", {above: tuple(sorted(c)) for above, c in tree.items()}
        )
        bare = {str(code).replace(".", ""): str(code) for code in self.codes.index}
        object.__setattr__(self, "_bare", bare)

    @property
    def parents(self) -> pd.Series:
        """Parent of every code that has one (Series child -> parent)."""
        parent = self.codes["parent"]
        return parent[parent.ne("")].rename("parent")

    def labels(self, language: str = "en") -> pd.Series:
        """Names of all codes in a language; the other one where it has none.

        Raises
        ------
        OptionError
            If the language is neither ``"en"`` nor ``"de"``.
        """
        check_option("language", language, ("en", "de"))
        other = "de" if language == "en" else "en"
        mine = self.codes[f"label_{language}"]
        return mine.where(mine.ne(""), self.codes[f"label_{other}"]).rename("label")

    def at_level(self, level: str) -> pd.Index:
        """Codes of one level, sorted.

        Raises
        ------
        OptionError
            If the classification has no such level.
        """
        check_option("level", level, self.levels)
        return self.codes.index[self.codes["level"].eq(level)].sort_values()

    def notation(self, code: str) -> str | None:
        """Return a code as this classification writes it, or None if it has none.

        Dots and spaces do not matter (``2910``, ``29.10``), nor do the letter of the
        section before a division (``C29``) and digits beyond the finest level.

        Examples
        --------
        >>> from clusterid.classifications import read_classification
        >>> read_classification("nace2").notation("2910")
        '29.10'
        >>> read_classification("nace2").notation("29100")
        '29.10'
        """
        text = str(code).strip()
        if text in self.codes.index:
            return text
        plain = re.sub(r"[.\s]", "", text)
        if plain in self._bare:
            return self._bare[plain]
        if re.fullmatch(r"[A-Z]\d+", plain) and plain[1:] in self._bare:
            return self._bare[plain[1:]]
        finest = max(map(len, self._bare))
        if plain.isdigit() and len(plain) > finest:
            return self._bare.get(plain[:finest])
        return None

    def leaves(self, code: str) -> tuple[str, ...]:
        """Return the finest codes below a code, a range, or a group of codes.

        Parameters
        ----------
        code : str
            A code (``"29"``), a range (``"G-I"``, ``"10-12"``, ``"C10-C12"``), or
            several joined by ``+``, ``_`` or ``,`` (``"B+D+E"``, ``"R_S"``).

        Returns
        -------
        tuple of str
            Sorted; empty where nothing is known by that code.

        Examples
        --------
        >>> from clusterid.classifications import read_classification
        >>> read_classification("nace2").leaves("G-I")[:2]
        ('45.11', '45.19')
        """
        if code not in self._leaves:
            self._leaves[code] = self._find_leaves(code)
        return self._leaves[code]

    def _find_leaves(self, code: str) -> tuple[str, ...]:
        single = self.notation(code)
        if single is not None:
            return self._leaves_of_node(single)
        parts = [p.strip() for p in re.split(r"[+_,;]", str(code)) if p.strip()]
        if len(parts) > 1:
            return tuple(sorted({leaf for p in parts for leaf in self.leaves(p)}))
        match = re.fullmatch(r"\s*([A-Z]?\d*)\s*(?:-|–|bis|to)\s*([A-Z]?\d*)\s*", code)
        if match:
            first, last = (self.notation(end) for end in match.groups())
            if first is not None and last is not None:
                level = self.codes.loc[first, "level"]
                within = [c for c in self.at_level(str(level)) if first <= c <= last]
                return tuple(
                    sorted({leaf for c in within for leaf in self._leaves_of_node(c)})
                )
        return ()

    def _leaves_of_node(self, code: str) -> tuple[str, ...]:
        found, waiting = [], [code]
        while waiting:
            node = waiting.pop()
            if node in self._tree:
                waiting.extend(self._tree[node])
            else:
                found.append(node)
        return tuple(sorted(found))

    def children(self, code: str) -> tuple[str, ...]:
        """Codes directly below a code, sorted."""
        return self._tree.get(self._known(code), ())

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Codes above a code, the nearest first."""
        parent = self.codes["parent"]
        above = []
        node = str(parent[self._known(code)])
        while node:
            above.append(node)
            node = str(parent[node])
        return tuple(above)

    def _known(self, code: str) -> str:
        known = self.notation(code)
        if known is None:
            raise ClassificationError(
                f"{code!r} is no code of {self.name}.{nearest(code, self.codes.index)}"
            )
        return known

    def truncate(self, codes: Iterable[str], level: str) -> pd.Series:
        """Return the ancestor of each code at a level (Series code -> ancestor).

        A code that stands at the level is its own ancestor. A code that is already
        coarser has none, and is refused: nothing says how to divide it.

        Parameters
        ----------
        codes : iterable of str
            Codes of this classification, in any notation :meth:`notation` knows.
        level : str
            One of ``levels``.

        Raises
        ------
        ClassificationError
            For codes that are unknown or coarser than the level (all are listed).
        OptionError
            If the level is not offered.

        Examples
        --------
        >>> from clusterid.classifications import read_classification
        >>> nace = read_classification("nace2")
        >>> nace.truncate(["29.10", "62.01"], "division").to_dict()
        {'29.10': '29', '62.01': '62'}
        """
        check_option("level", level, self.levels)
        levels = self.codes["level"]
        result, wrong = {}, []
        for code in codes:
            known = self.notation(code)
            chain = () if known is None else (known, *self.ancestors(known))
            at = [c for c in chain if levels[c] == level]
            if at:
                result[code] = at[0]
            else:
                wrong.append(code)
        if wrong:
            raise ClassificationError(
                f"{len(wrong)} of {len(wrong) + len(result)} codes have no "
                f"{level} in {self.name} ({listed(wrong)}). Codes must be known and "
                f"not coarser than the level; levels are {', '.join(self.levels)}."
            )
        return pd.Series(result, name=level, dtype="object").rename_axis("code")

    def __repr__(self) -> str:
        counts = self.codes["level"].value_counts()
        shown = ", ".join(f"{counts.get(level, 0)} {level}" for level in self.levels)
        return f"<Classification {self.name}: {shown}>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self.codes.head(10).to_html()}"
