"""What every figure means: catalogue, query, rows, why, figures and exports."""

from metrics.query import query, statement
from metrics.rows import rows
from metrics.why import why

__all__ = ["query", "rows", "statement", "why"]
