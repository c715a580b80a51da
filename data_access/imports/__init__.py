"""Files in: CSV and XLSX of the firm's systems, everything or nothing, the same rows twice change nothing."""

from data_access.imports.batch_log import BatchResult, read_batches, read_errors
from data_access.imports.errors import MEANINGS, FileRefused, Problem, Problems, RollbackRefused
from data_access.imports.kinds import KINDS
from data_access.imports.mapping import Mapping, parse_mapping, read_mapping
from data_access.imports.rollback import rollback_batch
from data_access.imports.runs import Preview, confirm_import, import_file, inspect_upload
from data_access.imports.sources import UPLOAD_BYTES

__all__ = [
    "KINDS", "MEANINGS", "UPLOAD_BYTES", "BatchResult", "FileRefused", "Mapping", "Preview", "Problem", "Problems",
    "RollbackRefused", "confirm_import", "import_file", "inspect_upload", "parse_mapping", "read_batches",
    "read_errors", "read_mapping", "rollback_batch",
]  # fmt: skip
