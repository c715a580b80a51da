"""Blocks of the Rules page."""
