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
exclude_patterns = ["_build", "_static"]

myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"

autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_typehints = "none"
numpydoc_show_class_members = False
# several pages may cite the same paper under the same number
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "clusterid"
html_static_path = ["_static"]
html_show_sourcelink = False
# Formulas are set by the script in _static/mathjax, so the pages open without a
# network; SVG output needs no fonts.
mathjax_path = "mathjax/tex-svg.js"
