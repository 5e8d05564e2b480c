"""What the README shows is what happens."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")


def test_the_code_of_the_readme_prints_the_output_of_the_readme() -> None:
    code = re.search(r"```python\n(.*?)```\s*```\n(.*?)```", README, re.DOTALL)
    assert code is not None
    heard = io.StringIO()
    with contextlib.redirect_stdout(heard):
        exec(compile(code.group(1), "README.md", "exec"), {})
    lines = [line.rstrip() for line in heard.getvalue().splitlines()]
    assert lines == [line.rstrip() for line in code.group(2).splitlines()]


def test_the_two_commands_are_complete_by_themselves() -> None:
    for ending in (
        "pip install -e . && clusterid demo",
        'pip install -e ".[test]" && pytest',
    ):
        line = f"python3 -m venv .venv && . .venv/bin/activate && {ending}"
        assert line in README
