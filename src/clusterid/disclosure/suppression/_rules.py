"""The rules of suppression, checked once and handed down whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Literal, get_args

from clusterid.errors import Fault, TableError, check_option

__all__ = ["Dominance", "Method", "SuppressionRules"]

Method = Literal["auto", "exact", "fast"]
Dominance = float | tuple[int, float] | None

#: Without a p % rule a held cell must not be computable: so much of it stays open.
_NOT_EXACT = 0.1


@dataclass(frozen=True, slots=True)
class SuppressionRules:
    """What makes a cell sensitive, and how far a held cell must stay open.

    Parameters
    ----------
    minimum_plants : int, default 3
        Fewest plants of a cell that may be published (a cell without plants may).
    dominance : float, (int, float) or None, default 0.85
        (n, k): the n largest plants may have at most the share k of a cell's jobs;
        n is 1 or 2, a share alone is (1, k), None switches the rule off.
    p_percent : float or None, default 10
        What a cell leaves beside its two largest plants must be at least p % of the
        largest, and the interval of every held cell at least plus or minus p % of its
        value. None or 0 switches the rule off: a held cell is then only not computed
        to within 0.1 % of its value.
    secondary : bool, default True
        Hold further cells, so that sums give no held cell away.
    method : {"auto", "exact", "fast"}
        How further cells are found; see :func:`clusterid.disclosure.guard`.

    Raises
    ------
    TableError
        If a rule is out of its range; all faults are listed.
    OptionError
        If the method is not offered.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, Wiley, chapter 4
    (sensitivity rules). [M]: not checked.

    Examples
    --------
    >>> SuppressionRules(dominance=(2, 0.9)).largest_share
    (2, 0.9)
    >>> SuppressionRules(dominance=None).largest_share is None
    True
    """

    minimum_plants: int = 3
    dominance: Dominance = 0.85
    p_percent: float | None = 10.0
    secondary: bool = True
    method: Method = "auto"

    def __post_init__(self) -> None:
        if isinstance(self.dominance, list):
            object.__setattr__(self, "dominance", tuple(self.dominance))
        check_option("method", self.method, get_args(Method))
        faults = []
        if not _whole(self.minimum_plants) or self.minimum_plants < 1:
            rule = f"minimum_plants={self.minimum_plants!r}"
            faults.append(Fault(rule, "use 1 or more"))
        faults += _dominance_faults(self.dominance)
        if self.p_percent is not None and not (
            _number(self.p_percent) and 0 <= self.p_percent < 100
        ):
            rule = f"p_percent={self.p_percent!r}"
            faults.append(Fault(rule, "use a percentage from 0 (off) to below 100"))
        if faults:
            raise TableError("confidentiality", faults)

    @property
    def largest_share(self) -> tuple[int, float] | None:
        """The dominance rule as (n, k), None where it is off."""
        if self.dominance is None:
            return None
        if isinstance(self.dominance, tuple):
            n, share = self.dominance
            return int(n), float(share)
        return 1, float(self.dominance)

    @property
    def p_share(self) -> float:
        """The p % rule as a share, 0 where it is off."""
        return 0.0 if self.p_percent is None else self.p_percent / 100.0

    @property
    def open_share(self) -> float:
        """Share of its value by which a held cell stays open to either side."""
        return self.p_share or _NOT_EXACT / 100.0

    def as_params(self) -> Mapping[str, Any]:
        """Return the rules by name, as a result keeps them."""
        return {
            "minimum_plants": self.minimum_plants,
            "dominance": self.dominance,
            "p_percent": self.p_percent,
            "secondary": self.secondary,
            "method": self.method,
        }


# -- parts -------------------------------------------------------------------------


def _dominance_faults(dominance: object) -> list[Fault]:
    if dominance is None:
        return []
    share: object = dominance
    if isinstance(dominance, tuple):
        if len(dominance) != 2:
            return [Fault(f"dominance={dominance!r}", "use a pair (n, k)")]
        n, share = dominance
        if not _whole(n) or n not in {1, 2}:
            return [Fault(f"dominance={dominance!r}", "use 1 or 2 largest plants")]
    if not _number(share) or not 0 < share <= 1:  # type: ignore[operator]
        mend = "use a share above 0, at most 1"
        return [Fault(f"dominance={dominance!r}", mend)]
    return []


def _whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
