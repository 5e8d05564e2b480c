"""Count what makes the code hard to live in: one command, the same count every time.

``python tools/structure.py`` prints a table of the package, ``--list ROW`` the places
behind one row. The length of a function is that of signature and body without its
docstring; complexity is 1 + branches, loops, handlers, conditional expressions,
comprehensions and their conditions and each further operand of ``and`` and ``or``,
functions inside included; an import circle is a strongly connected set of modules,
imports inside functions included, imports for type checks alone not.
"""

from __future__ import annotations

import argparse
import ast
import io
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import networkx as nx

PACKAGE = "clusterid"
SOURCE = Path(__file__).resolve().parents[1] / "src" / PACKAGE

Function = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BRANCHES = (
    ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler,
)  # fmt: skip


def code_lines(text: str, tree: ast.Module) -> set[int]:
    """Return the numbers of lines that hold code: no docstring, comment or blank."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in {
            tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT,
            tokenize.DEDENT, tokenize.ENDMARKER,
        }:  # fmt: skip
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, *_FUNCTIONS)):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                lines -= set(range(first.lineno, (first.end_lineno or 0) + 1))
    return lines


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Yield every function with its name as one would write it."""

    def visit(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, (ast.ClassDef, *_FUNCTIONS)):
                name = f"{prefix}{child.name}."
            if isinstance(child, _FUNCTIONS):
                yield name.rstrip("."), child
            yield from visit(child, name)

    yield from visit(tree, "")


def length(function: Function) -> int:
    """Return the lines of a function without its docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def complexity(function: Function) -> int:
    """Return how many ways lead through a function, functions inside included."""
    number = 1
    for node in ast.walk(function):
        if isinstance(node, _BRANCHES):
            number += 1
        elif isinstance(node, ast.comprehension):
            number += 1 + len(node.ifs)
        elif isinstance(node, ast.BoolOp):
            number += len(node.values) - 1
        elif isinstance(node, ast.Match):
            number += len(node.cases)
    return number


def parameters(function: Function) -> list[ast.arg]:
    """Return the named parameters but self and cls."""
    args = function.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return [a for a in every if a.arg not in {"self", "cls"}]


def bare_any(function: Function) -> int:
    """Return how many parameters are plainly ``Any``."""
    notes = [a.annotation for a in parameters(function)]
    return sum(isinstance(n, ast.Name) and n.id == "Any" for n in notes)


def imports(tree: ast.Module, module: str) -> set[str]:
    """Return the modules of the package that a module imports when it runs."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module.split(".")[0] == PACKAGE:
                found.update(f"{node.module}.{a.name}" for a in node.names)
                found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(a.name for a in node.names if a.name.split(".")[0] == PACKAGE)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return found - {module}


def measure(source: Path = SOURCE) -> dict[str, list[str]]:
    """Return the places behind every count; a key is a row of the table."""
    places: dict[str, list[str]] = defaultdict(list)
    by_room: dict[str, int] = defaultdict(int)
    graph: nx.DiGraph[str] = nx.DiGraph()
    modules: dict[str, set[str]] = {}
    for path in sorted(source.rglob("*.py")):
        text = path.read_text("utf-8")
        tree = ast.parse(text)
        inside = path.relative_to(source)
        parts = inside.with_suffix("").parts
        module = ".".join([PACKAGE, *(p for p in parts if p != "__init__")])
        modules[module] = imports(tree, module)
        code = code_lines(text, tree)
        places["code lines"] += [f"{inside}:{n}" for n in sorted(code)]
        by_room["/".join(inside.parts[:-1]) or inside.name] += len(code)
        for name, function in functions(tree):
            where = f"{inside}:{function.lineno} {name}"
            for row, most, count in (
                ("functions above 80 lines", 80, length(function)),
                ("functions above 12 parameters", 12, len(parameters(function))),
                ("complexity above 15", 15, complexity(function)),
            ):
                if count > most:
                    places[row].append(f"{where} ({count})")
            places["bare Any in signatures"] += [where] * bare_any(function)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                if (
                    isinstance(node.func, ast.Name)
                    and node.func.id == "getattr"
                    and len(node.args) == 3
                ):
                    where = f"{inside}:{node.lineno}"
                    places["getattr with a default"].append(where)
                places["name=name forwards"] += [
                    f"{inside}:{node.lineno} {k.arg}"
                    for k in node.keywords
                    if isinstance(k.value, ast.Name) and k.value.id == k.arg
                ]
    for module, wanted in modules.items():
        graph.add_edges_from((module, other) for other in wanted if other in modules)
    for circle in nx.strongly_connected_components(graph):
        if len(circle) > 1:
            places["import circles"].append(" <-> ".join(sorted(circle)))
    total = len(places["code lines"])
    for room, lines in sorted(by_room.items(), key=lambda item: -item[1]):
        places["rooms"].append(f"{room} {lines} ({100 * lines / total:.1f} %)")
    return places


def main() -> None:
    """Print the table, or the places behind one row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", metavar="ROW", help="places behind one row")
    parser.add_argument("--source", type=Path, default=SOURCE)
    arguments = parser.parse_args()
    places = measure(arguments.source)
    if arguments.list:
        print("\n".join(places[arguments.list]))
        return
    for row in (
        "functions above 80 lines", "functions above 12 parameters",
        "complexity above 15", "bare Any in signatures", "import circles",
        "getattr with a default", "name=name forwards", "code lines",
    ):  # fmt: skip
        print(f"{row:32}{len(places[row]):>8}")
    largest = places["rooms"][0]
    print(f"{'largest room':32}  {largest}")


if __name__ == "__main__":
    main()
