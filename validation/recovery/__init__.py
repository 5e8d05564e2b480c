"""Recovery of a known truth: what each pathway and each published rule finds.

``_scenarios`` makes the economies, ``_methods`` runs pathways and rules on them,
``_oracle`` knows more than any of them may, ``_scores`` compares what was found with
what was planted. One module a question: ``_planted``, ``_nulls``, ``_calibration``,
``_withheld``, ``_declared``, ``_whole_pathway``. ``_report`` prints and writes tables.
"""
