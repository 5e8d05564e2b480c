"""The HTML report, the workbook, and the papers behind a result."""

from clusterid.reports._references import Bibliography, Reference, cite
from clusterid.reports._report import ReportPage, report
from clusterid.reports._workbook import write_workbook

__all__ = [
    "Bibliography",
    "Reference",
    "ReportPage",
    "cite",
    "report",
    "write_workbook",
]
