"""What every figure means: catalogue, query, rows, why, figures and exports."""

from metrics.query import query, statement

__all__ = ["query", "statement"]
