"""Sphinx configuration of the user guide."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

project = "clusterid"
author = "The clusterid developers"
project_copyright = "2026, The clusterid developers"
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_nb",
]
myst_enable_extensions = ["dollarmath", "amsmath"]
nb_execution_mode = "off"
autosummary_generate = True
numpydoc_show_class_members = False
html_theme = "pydata_sphinx_theme"
html_title = "clusterid"
exclude_patterns = ["_build"]
# The pages open without a network when the formula script is put here; otherwise
# formulas stay readable as TeX.
mathjax_path = "mathjax/tex-mml-chtml.js"
