"""The disk: what is opened and unpacked, what is written whole or not at all."""

from clusterid._disk._embedded import embedded_path, read_toml
from clusterid._disk._opening import (
    LARGEST,
    SHEET_PART,
    first_line,
    foreign_reading,
    largest_bytes,
    packed_fault,
    path_fault,
    sentence,
    size_fault,
    text_lines,
    too_large,
    twice_in_header,
    unpacked,
)
from clusterid._disk._stopping import Stopped, Stopping
from clusterid._disk._whole_folder import (
    MANIFEST,
    Claim,
    changed_files,
    claim_folder,
    new_folder,
    whole_folder,
)
from clusterid._disk._writing import (
    PAGE,
    TABLE,
    checked_file,
    whole_file,
    write_failures,
)

__all__ = [
    "LARGEST", "MANIFEST", "PAGE", "SHEET_PART", "TABLE", "Claim", "Stopped",
    "Stopping", "changed_files", "checked_file", "claim_folder", "embedded_path",
    "first_line", "foreign_reading", "largest_bytes", "new_folder", "packed_fault",
    "path_fault", "read_toml", "sentence", "size_fault", "text_lines", "too_large",
    "twice_in_header", "unpacked", "whole_file", "whole_folder", "write_failures",
]  # fmt: skip
