"""Arguments held against the types a signature declares, in words for who gave them."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import os
import re
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, Literal, TypeVar, Unpack, get_args, get_origin

from clusterid.errors import OptionError, TableTypeError, check_option, nearest

__all__ = [
    "check_types",
    "declared_types",
    "fault_of_type",
    "options_of",
    "typed",
    "typed_by",
]

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
    function: Callable[..., Any], given: Mapping[str, object], *, who: str = ""
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
    return typed_by()(function)


def typed_by(*rules: type) -> Callable[[Function], Function]:
    """Do as :func:`typed` does, where ``**options`` are the fields of ``rules``.

    ``**options: Unpack[...]`` is written out in the signature that ``help`` shows, with
    the defaults of those frozen dataclasses: an option is declared once, where it is
    checked.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from typing import TypedDict
    >>> class Options(TypedDict, total=False):
    ...     times: int
    >>> @dataclass(frozen=True)
    ... class Rules:
    ...     times: int = 2
    >>> @typed_by(Rules)
    ... def grown(value: int, **options: Unpack[Options]) -> int:
    ...     return value * Rules(**options).times
    >>> print(inspect.signature(grown), grown(2))
    (value: 'int', *, times: 'int' = 2) -> 'int' 4
    """

    def decorate(function: Function) -> Function:
        return _held_to(function, _written_out(function, rules))

    return decorate


def options_of(rules: type[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the given options that are fields of a dataclass.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Rules:
    ...     times: int = 2
    >>> options_of(Rules, {"times": 3, "seed": 1})
    {'times': 3}
    """
    names = (field.name for field in dataclasses.fields(rules))
    return {name: given[name] for name in names if name in given}


def _written_out(
    function: Callable[..., Any], rules: tuple[type, ...]
) -> inspect.Signature:
    """Return the signature with ``**options: Unpack[...]`` as single keywords."""
    signature = inspect.signature(function)
    options = _unpacked(function)
    if options is None:
        return signature
    defaults = {f.name: f.default for kind in rules for f in dataclasses.fields(kind)}
    written = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=defaults.get(name),
            annotation=getattr(declared, "__forward_arg__", declared),
        )
        for name, declared in options.__annotations__.items()
    ]
    own = signature.parameters.values()
    named = [p for p in own if p.kind is not p.VAR_KEYWORD]
    return signature.replace(parameters=[*named, *written])


def _names_of(function: Callable[..., Any]) -> dict[str, object]:
    """Return what the words of a function's annotations may mean."""
    return {**vars(typing), **getattr(function, "__globals__", {})}


def _unpacked(function: Callable[..., Any]) -> Any:
    """Return the TypedDict of ``**options: Unpack[...]``; None without one."""
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            declared = _resolved(parameter.annotation, _names_of(function))
            if get_origin(declared) is Unpack:
                return get_args(declared)[0]
    return None


def _held_to(function: Function, signature: inspect.Signature) -> Function:
    """Return the function, its calls held against a signature."""
    several = {
        name: parameter.kind
        for name, parameter in signature.parameters.items()
        if parameter.kind in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL}
    }
    takes_any = inspect.Parameter.VAR_KEYWORD in several.values()
    objects = {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if _is_object(name, parameter)
    }

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        if not takes_any:
            _check_names(function.__name__, kwargs, list(signature.parameters))
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return function(*args, **kwargs)  # Python's own words on missing arguments
        single = {n: value for n, value in given.items() if n not in several}
        _check_strictly(function, single)
        for name in objects.keys() & given.keys():
            if given[name] is not objects[name] and _is_word(given[name]):
                raise TableTypeError(
                    f"{name} must be what another function of clusterid made, or a "
                    f"table or graph of your own, not {_shown(given[name])}."
                )
        return function(*args, **kwargs)

    called.__signature__ = signature  # type: ignore[attr-defined]
    return typing.cast("Function", called)


def _is_object(name: str, parameter: inspect.Parameter) -> bool:
    """Return whether a table, a graph or a result is wanted, whatever its class."""
    note = str(parameter.annotation)
    if "Graph" in note:
        return not re.search(r"\bstr\b", note.replace("Mapping[str,", ""))
    is_any = name in _OBJECTS and note in {"Any", "object"}
    return is_any and parameter.default is parameter.empty


def _check_names(who: str, given: Iterable[str], known: list[str]) -> None:
    """Raise OptionError at the first option that does not exist."""
    for name in given:
        if name not in known:
            raise OptionError(
                f"{who}() has no option {name!r}."
                f"{nearest(name, known)} It has {', '.join(known)}."
            )


def _check_strictly(function: Callable[..., Any], given: Mapping[str, object]) -> None:
    """Raise where a word, a number or a foreign object is not what is declared."""
    for name, declared in declared_types(function).items():
        if name not in given or _passes(given[name], declared):
            continue
        value, offered = given[name], _offered(declared)
        if isinstance(value, str) and offered:
            check_option(name, value, offered)
        check_types(function, {name: value})


def _passes(value: object, declared: object) -> bool:
    """Return whether a value may be what is declared: strict for words and numbers."""
    if _fits(value, declared):
        return True
    if isinstance(value, (list, tuple, set, dict)) and _is_frame(declared):
        return False
    if _is_clusterid(declared) and type(value).__module__.split(".")[0] in _FOREIGN:
        return False
    return not _is_word(value) and not _is_plain(declared)


def _alternatives(declared: object) -> list[Any]:
    """Return the parts of a union without None; a single type is its only part."""
    if _kind(declared) != "union":
        return [declared]
    return [part for part in get_args(declared) if part is not type(None)]


def _is_clusterid(declared: object) -> bool:
    """Return whether a class of clusterid, such as Economy, or None, is declared."""
    modules = [str(getattr(p, "__module__", "")) for p in _alternatives(declared)]
    return all(module.startswith("clusterid.") for module in modules)


def _is_frame(declared: object) -> bool:
    """Return whether tables with columns alone, or None, are declared."""
    names = {_name(part) for part in _alternatives(declared)}
    return names <= {"DataFrame", "GeoDataFrame"}


def _is_word(value: object) -> bool:
    """Return whether a value is a word, a number or None: no table, whatever kind."""
    return value is None or isinstance(value, (str, bytes, Real))


def _is_plain(declared: object) -> bool:
    """Return whether words, numbers and None alone are declared."""
    kind = _kind(declared)
    if kind == "union":
        return all(_is_plain(part) for part in get_args(declared))
    return kind in {"words", "path", "none"} or declared in {str, int, float, bool}


def fault_of_type(value: object, declared: object) -> str:
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
    plain = inspect.unwrap(function)
    known = _names_of(plain)
    found: dict[str, Any] = {}
    for name, parameter in inspect.signature(plain).parameters.items():
        declared = _resolved(parameter.annotation, known)
        if parameter.kind is not parameter.VAR_KEYWORD and declared is not None:
            found[name] = declared
    options = _unpacked(plain)
    if options is not None:
        module = sys.modules.get(options.__module__)
        home = {**vars(typing), **(vars(module) if module else {})}
        for key, value in options.__annotations__.items():
            found[key] = _resolved(getattr(value, "__forward_arg__", value), home)
    return types.MappingProxyType(found)


def _resolved(annotation: object, known: Mapping[str, object]) -> Any:
    """Return the type of an annotation kept as text; None where it is not at hand."""
    if not isinstance(annotation, str):
        return None if annotation is inspect.Parameter.empty else annotation
    try:
        return eval(annotation, dict(known))
    except (NameError, AttributeError, TypeError):
        return None  # imported for type checking alone


# -- kinds of types --------------------------------------------------------------------


def _kind(declared: object) -> str:
    """Return what kind of type is declared: one of the keys of ``_FITTING``."""
    if declared in {Any, object} or isinstance(declared, TypeVar):
        return "anything"
    if declared is None or declared is type(None):
        return "none"
    origin = get_origin(declared)
    if origin is None and isinstance(declared, type):
        return "path" if issubclass(declared, os.PathLike) else "class"
    if origin in _ORIGINS:
        return _ORIGINS[origin]
    for base, kind in _COLLECTIONS:
        if isinstance(origin, type) and issubclass(origin, base):
            return kind
    return "anything"


_ORIGINS: Mapping[object, str] = {
    typing.Union: "union", types.UnionType: "union", typing.Annotated: "annotated",
    Literal: "words", tuple: "tuple",
}  # fmt: skip
_COLLECTIONS: tuple[tuple[Any, str], ...] = (
    (os.PathLike, "path"), (Mapping, "mapping"), (Iterable, "several"),
)  # fmt: skip


def _name(declared: object) -> str:
    return str(getattr(declared, "__name__", ""))


def _is_table(declared: object) -> bool:
    """Return whether a table is the first of what is declared."""
    first = get_args(declared)[0] if _kind(declared) == "union" else declared
    return _name(first) in {"DataFrame", "Series", "GeoDataFrame"}


def _offered(declared: object) -> list[str]:
    """Return the words that a type offers, those of all parts of a union."""
    if _kind(declared) == "words":
        return [str(word) for word in get_args(declared)]
    if _kind(declared) == "union":
        return [word for part in get_args(declared) for word in _offered(part)]
    return []


# -- whether a value fits --------------------------------------------------------------


def _fits(value: object, declared: object) -> bool:
    """Return whether a value is of the type declared."""
    return _FITTING[_kind(declared)](value, declared, get_args(declared))


def _fits_words(value: object, _: object, words: tuple[Any, ...]) -> bool:
    return any(type(value) is type(word) and value == word for word in words)


def _fits_class(value: object, declared: Any, _: tuple[Any, ...]) -> bool:
    if typing.is_typeddict(declared):
        return isinstance(value, Mapping)
    if declared is bool:
        return isinstance(value, bool) or type(value).__name__ == "bool_"
    if declared in {int, float}:
        number = Integral if declared is int else Real
        is_bool = isinstance(value, bool) or type(value).__name__ in {"bool_", "bool"}
        return isinstance(value, number) and not is_bool and _is_moderate(value)
    return isinstance(value, declared)


def _is_moderate(value: object) -> bool:
    """Return whether a number is none that a float or 64 bits cannot hold."""
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _fits_tuple(value: object, _: object, parts: tuple[Any, ...]) -> bool:
    if not isinstance(value, (tuple, list)):
        return False
    if len(parts) == 2 and parts[1] is Ellipsis:
        return all(_fits(item, parts[0]) for item in value)
    return len(value) == len(parts) and all(map(_fits, value, parts))


def _fits_mapping(value: object, _: object, parts: tuple[Any, ...]) -> bool:
    if not isinstance(value, Mapping):
        # a Series is a mapping of its index, where one is wanted
        return hasattr(value, "index") and hasattr(value, "items") and _ndim(value) == 1
    if not parts:
        return True
    return all(_fits(k, parts[0]) and _fits(v, parts[1]) for k, v in value.items())


def _fits_several(value: object, _: object, parts: tuple[Any, ...]) -> bool:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        return False
    if _ndim(value) not in {None, 1}:
        return False
    if not isinstance(value, (list, tuple, set, frozenset)) or not parts:
        return True
    return all(_fits(item, parts[0]) for item in value)


def _ndim(value: object) -> Any:
    return getattr(value, "ndim", None)


_FITTING: Mapping[str, Callable[[Any, Any, tuple[Any, ...]], bool]] = {
    "anything": lambda *_: True,
    "none": lambda value, *_: value is None,
    "union": lambda value, _, parts: any(_fits(value, part) for part in parts),
    "annotated": lambda value, _, parts: _fits(value, parts[0]),
    "path": lambda value, *_: isinstance(value, os.PathLike),
    "words": _fits_words,
    "tuple": _fits_tuple,
    "mapping": _fits_mapping,
    "several": _fits_several,
    "class": _fits_class,
}


# -- in words --------------------------------------------------------------------------

_NAMES: Mapping[object, str] = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false",
    type(None): "None",
}  # fmt: skip
_PLURALS: Mapping[object, str] = {
    str: "texts", int: "whole numbers", float: "numbers", Any: "values",
    object: "values",
}  # fmt: skip


def _words(declared: object) -> str:
    """Return in words what a value must be."""
    parts, kind = get_args(declared), _kind(declared)
    if kind in _WORDING:
        return _WORDING[kind](parts)
    if declared in _NAMES:
        return _NAMES[declared]
    if typing.is_typeddict(declared):
        return f"a mapping of {', '.join(declared.__annotations__)}"
    name = _name(declared) or str(declared)
    return f"an {name}" if name[0] in "AEIOU" else f"a {name}"


def _union_words(parts: tuple[Any, ...]) -> str:
    words = (_words(part) for part in parts if part is not type(None))
    return " or ".join(dict.fromkeys(words))


def _tuple_words(parts: tuple[Any, ...]) -> str:
    if Ellipsis in parts:
        return _list_words(parts)
    return f"{len(parts)} values ({', '.join(map(_words, parts))})"


def _list_words(parts: tuple[Any, ...]) -> str:
    return f"a list of {_plural(parts[0])}" if parts else "a list"


def _mapping_words(parts: tuple[Any, ...]) -> str:
    if not parts:
        return "a mapping"
    return f"a mapping of {_plural(parts[0])} to {_plural(parts[1])}"


_WORDING: Mapping[str, Callable[[tuple[Any, ...]], str]] = {
    "union": _union_words,
    "annotated": lambda parts: _words(parts[0]),
    "path": lambda _: "a path",
    "words": lambda parts: "one of " + ", ".join(map(repr, parts)),
    "tuple": _tuple_words,
    "mapping": _mapping_words,
    "several": _list_words,
}


def _plural(declared: object) -> str:
    if declared in _PLURALS:
        return _PLURALS[declared]
    return _words(declared).removeprefix("a ").removeprefix("an ")


def _shown(value: object) -> str:
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
