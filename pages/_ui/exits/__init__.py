"""Panels of the Staff exit page."""
