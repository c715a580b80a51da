"""Screens of the section Staff."""
