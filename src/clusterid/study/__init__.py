"""A study file read, checked and run from end to end; results saved and read back."""

from clusterid._disk._whole_folder import claim_folder
from clusterid.study._init import commented_study, init_study
from clusterid.study._result import Result
from clusterid.study._study import (
    Study,
    concentration_of_table,
    confidential_folder,
    demo_study,
    read_result,
    read_study,
)
from clusterid.study.saving._outputs import refuse_mixing, write_csv

__all__ = [
    "Result",
    "Study",
    "claim_folder",
    "commented_study",
    "concentration_of_table",
    "confidential_folder",
    "demo_study",
    "init_study",
    "read_result",
    "read_study",
    "refuse_mixing",
    "write_csv",
]
