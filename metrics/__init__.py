"""What every figure means: catalogue, query, rows, why, figures and exports."""

from metrics.bridge import asset_bridge
from metrics.flow import client_flow
from metrics.moves import moved_clients, moves
from metrics.query import query, statement
from metrics.rows import rows
from metrics.why import why

__all__ = ["asset_bridge", "client_flow", "moved_clients", "moves", "query", "rows", "statement", "why"]
