"""Arguments held against the types a signature declares, in words for who gave them."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, Literal, TypeVar, Unpack, get_args, get_origin

from clusterid.errors import OptionError, TableTypeError, check_option, nearest

__all__ = ["check_types", "declared_types", "fault_of_type", "typed"]

_LONGEST = 60
#: Arguments that are objects of several kinds and therefore declared as Any.
_OBJECTS = frozenset({
    "candidates", "comparison", "economy", "graph", "incidence", "layers", "regions",
    "relatedness", "result", "templates",
})  # fmt: skip

#: Where tables and other objects come from that are none of clusterid's.
_FOREIGN = frozenset({
    "builtins", "geopandas", "io", "_io", "networkx", "numpy", "pandas", "pyarrow",
})  # fmt: skip


def check_types(
    function: Callable[..., Any], given: Mapping[str, Any], *, who: str = ""
) -> None:
    """Raise unless every argument is of the type that the function declares.

    ``given`` are arguments by name, e.g. ``locals()`` at its top; what it does not
    declare, or declares as Any, is not looked at. ``who`` stands in front of the name.

    Raises
    ------
    TableTypeError
        Where a table belongs.
    OptionError
        Where an option belongs.
    """
    for name, declared in declared_types(function).items():
        if name not in given or _fits(given[name], declared):
            continue
        value = given[name]
        said = f"{who}{name} must be {_words(declared)}, not {_shown(value)}"
        if _is_table(declared):
            raise TableTypeError(f"{said}.")
        offered = _offered(declared)
        hint = nearest(value, offered) if isinstance(value, str) else ""
        raise OptionError(f"{said}.{hint}")


Function = TypeVar("Function", bound=Callable[..., Any])


def typed(function: Function) -> Function:
    """Hold the arguments of every call of a public function against its signature.

    Words and numbers must be of the type declared; where a table, a graph or another
    object is declared, whatever is no word, number or None will do, since a user's own
    kind of table may. An option that does not exist is named with the nearest one.

    Raises
    ------
    OptionError, TableTypeError
        At the call, in the words of :func:`check_types`.

    Examples
    --------
    >>> @typed
    ... def double(value: int, *, times: int = 2) -> int:
    ...     return value * times
    >>> double(2, times="3")
    Traceback (most recent call last):
    clusterid.errors.OptionError: times must be a whole number, not '3'.
    >>> double(2, time=3)
    Traceback (most recent call last):
    clusterid.errors.OptionError: double() has no option 'time'. Did you mean 'times'? \
It has value, times.
    """
    signature = inspect.signature(function)
    kinds = {name: p.kind for name, p in signature.parameters.items()}
    takes_any = inspect.Parameter.VAR_KEYWORD in kinds.values()
    several = {
        name
        for name, kind in kinds.items()
        if kind in {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
    }

    objects = {
        name
        for name, p in signature.parameters.items()
        if name in _OBJECTS and p.annotation == "Any" and p.default is p.empty
    }

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        unknown = (
            [] if takes_any else [k for k in kwargs if k not in signature.parameters]
        )
        if unknown:
            names = list(signature.parameters)
            raise OptionError(
                f"{function.__name__}() has no option {unknown[0]!r}."
                f"{nearest(unknown[0], names)} It has {', '.join(names)}."
            )
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return function(*args, **kwargs)  # Python's own words on missing arguments
        for name, declared in declared_types(function).items():
            if (
                name in given
                and name not in several
                and not _passes(given[name], declared)
            ):
                if isinstance(given[name], str) and _offered(declared):
                    check_option(name, given[name], _offered(declared))
                check_types(function, {name: given[name]})
        for name in objects & given.keys():
            if _is_word(given[name]):
                raise TableTypeError(
                    f"{name} must be what another function of clusterid made, or a "
                    f"table or graph of your own, not {_shown(given[name])}."
                )
        return function(*args, **kwargs)

    return typing.cast("Function", called)


def _passes(value: Any, declared: Any) -> bool:
    """Return whether a value may be what is declared: strict for words and numbers."""
    if _fits(value, declared):
        return True
    if isinstance(value, (list, tuple, set, dict)) and _is_frame(declared):
        return False
    if _is_ours(declared) and type(value).__module__.split(".")[0] in _FOREIGN:
        return False
    return not _is_word(value) and not _is_plain(declared)


def _is_ours(declared: Any) -> bool:
    """Return whether a class of clusterid, such as Economy, or None, is declared."""
    parts = [declared]
    if get_origin(declared) in {typing.Union, types.UnionType}:
        parts = [part for part in get_args(declared) if part is not type(None)]
    modules = [str(getattr(part, "__module__", "")) for part in parts]
    return all(module.startswith("clusterid.") for module in modules)


def _is_frame(declared: Any) -> bool:
    """Return whether tables with columns alone, or None, are declared."""
    parts = [declared]
    if get_origin(declared) in {typing.Union, types.UnionType}:
        parts = [part for part in get_args(declared) if part is not type(None)]
    names = {getattr(part, "__name__", "") for part in parts}
    return names <= {"DataFrame", "GeoDataFrame"}


def _is_word(value: Any) -> bool:
    """Return whether a value is a word, a number or None: no table, whatever kind."""
    return value is None or isinstance(value, (str, bytes, Real))


def _is_plain(declared: Any) -> bool:
    """Return whether words, numbers and None alone are declared."""
    origin = get_origin(declared)
    if origin in {typing.Union, types.UnionType}:
        return all(_is_plain(part) for part in get_args(declared))
    if origin is Literal or origin is os.PathLike:
        return True
    if isinstance(declared, type) and issubclass(declared, os.PathLike):
        return True
    return declared in {str, int, float, bool, None, type(None)}


def fault_of_type(value: Any, declared: Any) -> str:
    """Return what a value must be and is not; empty where it is of the type."""
    if _fits(value, declared):
        return ""
    offered = _offered(declared)
    hint = nearest(value, offered) if isinstance(value, str) and offered else ""
    return f"must be {_words(declared)}, not {_shown(value)}{hint and '.' + hint}"


@functools.cache
def declared_types(function: Callable[..., Any]) -> Mapping[str, Any]:
    """Return the types a function declares by argument; unknown ones are left out.

    Those of ``**options: Unpack[...]`` stand beside the others.
    """
    module = sys.modules.get(function.__module__)
    known = {**vars(typing), **vars(module)} if module else vars(typing)
    found: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        declared = _resolved(parameter.annotation, known)
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            if get_origin(declared) is Unpack:
                (options,) = get_args(declared)
                home = vars(sys.modules[options.__module__])
                for key, value in options.__annotations__.items():
                    told = getattr(value, "__forward_arg__", value)
                    found[key] = _resolved(told, {**vars(typing), **home})
        elif declared is not None:
            found[name] = declared
    return types.MappingProxyType(found)


def _resolved(annotation: Any, known: Mapping[str, Any]) -> Any:
    """Return the type of an annotation kept as text; None where it is not at hand."""
    if not isinstance(annotation, str):
        return None if annotation is inspect.Parameter.empty else annotation
    try:
        return eval(annotation, dict(known))
    except (NameError, AttributeError, TypeError):
        return None  # imported for type checking alone


def _fits(value: Any, declared: Any) -> bool:
    origin = get_origin(declared)
    if declared is Any or declared is object or isinstance(declared, typing.TypeVar):
        return True
    if declared is None or declared is type(None):
        return value is None
    if origin in {typing.Union, types.UnionType}:
        return any(_fits(value, part) for part in get_args(declared))
    if origin is typing.Annotated:
        return _fits(value, get_args(declared)[0])
    if origin is os.PathLike:
        return isinstance(value, os.PathLike)
    if origin is Literal:
        return any(type(value) is type(w) and value == w for w in get_args(declared))
    if origin is tuple:
        return _fits_tuple(value, get_args(declared))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _fits_mapping(value, get_args(declared))
    if isinstance(origin, type) and issubclass(origin, Iterable):
        return _fits_several(value, get_args(declared))
    if origin is not None:
        return True
    return not isinstance(declared, type) or _fits_one(value, declared)


def _fits_one(value: Any, declared: type) -> bool:
    if typing.is_typeddict(declared):
        return isinstance(value, Mapping)
    if declared is bool:
        return isinstance(value, bool) or type(value).__name__ == "bool_"
    if declared in {int, float}:
        number = Integral if declared is int else Real
        is_bool = isinstance(value, bool) or type(value).__name__ in {"bool_", "bool"}
        return isinstance(value, number) and not is_bool and _is_moderate(value)
    if issubclass(declared, os.PathLike):
        return isinstance(value, os.PathLike)
    return isinstance(value, declared)


def _is_moderate(value: Any) -> bool:
    """Return whether a number is none that a float or 64 bits cannot hold."""
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _fits_tuple(value: Any, parts: tuple[Any, ...]) -> bool:
    if not isinstance(value, (tuple, list)):
        return False
    if len(parts) == 2 and parts[1] is Ellipsis:
        return all(_fits(item, parts[0]) for item in value)
    return len(value) == len(parts) and all(map(_fits, value, parts))


def _fits_mapping(value: Any, parts: tuple[Any, ...]) -> bool:
    if not isinstance(value, Mapping):
        # a Series is a mapping of its index, where one is wanted
        return hasattr(value, "index") and hasattr(value, "items") and _ndim(value) == 1
    if not parts:
        return True
    return all(_fits(k, parts[0]) and _fits(v, parts[1]) for k, v in value.items())


def _fits_several(value: Any, parts: tuple[Any, ...]) -> bool:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        return False
    if _ndim(value) not in {None, 1}:
        return False
    if not isinstance(value, (list, tuple, set, frozenset)) or not parts:
        return True
    return all(_fits(item, parts[0]) for item in value)


def _ndim(value: Any) -> Any:
    return getattr(value, "ndim", None)


def _is_table(declared: Any) -> bool:
    """Return whether a table is the first of what is declared."""
    first = declared
    if get_origin(declared) in {typing.Union, types.UnionType}:
        first = get_args(declared)[0]
    return getattr(first, "__name__", "") in {"DataFrame", "Series", "GeoDataFrame"}


def _offered(declared: Any) -> list[str]:
    if get_origin(declared) is Literal:
        return [str(word) for word in get_args(declared)]
    if get_origin(declared) in {typing.Union, types.UnionType}:
        return [word for part in get_args(declared) for word in _offered(part)]
    return []


_NAMES = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false",
    type(None): "None",
}  # fmt: skip


def _words(declared: Any) -> str:
    origin, parts = get_origin(declared), get_args(declared)
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(
            dict.fromkeys(_words(p) for p in parts if p is not type(None))
        )
    if origin is typing.Annotated:
        return _words(parts[0])
    if origin is os.PathLike:
        return "a path"
    if origin is Literal:
        return "one of " + ", ".join(repr(word) for word in parts)
    if origin is tuple and Ellipsis not in parts:
        return f"{len(parts)} values ({', '.join(_words(p) for p in parts)})"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        told = f"a mapping of {_plural(parts[0])} to {_plural(parts[1])}"
        return told if parts else "a mapping"
    if origin is tuple or (isinstance(origin, type) and issubclass(origin, Iterable)):
        return f"a list of {_plural(parts[0])}" if parts else "a list"
    if declared in _NAMES:
        return _NAMES[declared]
    if typing.is_typeddict(declared):
        return f"a mapping of {', '.join(declared.__annotations__)}"
    if isinstance(declared, type) and issubclass(declared, os.PathLike):
        return "a path"
    name = str(getattr(declared, "__name__", declared))
    return f"an {name}" if name[0] in "AEIOU" else f"a {name}"


_PLURALS = {str: "texts", int: "whole numbers", float: "numbers", Any: "values"}


def _plural(declared: Any) -> str:
    if declared in _PLURALS:
        return _PLURALS[declared]
    return _words(declared).removeprefix("a ").removeprefix("an ")


def _shown(value: Any) -> str:
    """Return a value in one short line, with its type where that says more."""
    kind = type(value).__name__
    if isinstance(value, (str, int, float, bool)) or value is None:
        if isinstance(value, int) and not _is_moderate(value):
            return "a whole number beyond 64 bits"
        text = repr(value)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    if isinstance(value, (list, tuple, set, dict, Sequence)):
        text = repr(value)
        return f"{kind} {text}" if len(text) <= _LONGEST else f"{kind} of {len(value)}"
    return kind
