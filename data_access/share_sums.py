"""How much of a client its relationships hand out on one day, looked at where a relationship starts (R-15)."""

from __future__ import annotations

OVERSHARED = """
    SELECT r.relationship_no, c.client_no, r.type FROM relationship r
    JOIN client c ON c.client_id = r.client_id
    JOIN relationship p ON p.client_id = r.client_id AND p.type || '' = r.type AND p.state = 'confirmed'
        AND p.valid_from >= r.valid_from AND (r.valid_to IS NULL OR p.valid_from < r.valid_to)
        AND (p.valid_to IS NULL OR p.valid_to > p.valid_from)
    JOIN relationship a ON a.client_id = r.client_id AND a.type || '' = r.type AND a.state = 'confirmed'
        AND a.valid_from <= p.valid_from AND (a.valid_to IS NULL OR a.valid_to > p.valid_from)
    JOIN relationship_share s ON s.relationship_id = a.relationship_id
    WHERE r.state = 'confirmed'
    GROUP BY r.relationship_no, c.client_no, r.type, p.relationship_id
    HAVING SUM(s.share_bp) > 10000
"""
"""Relationships active on a day on which the shares of one client and type add up to more than the whole.

The sum grows only where a relationship starts, so the starts inside a relationship are the days to look at. Types are
compared as expressions: a planner without statistics would otherwise go by the index of types and meet half the table
for every row.
"""
OVERSHARED_BY_BATCH = OVERSHARED.replace("WHERE", "WHERE r.batch_id = :batch AND")
"""The same, of the relationships that one batch wrote."""
