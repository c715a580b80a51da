"""Screens of the section Work."""
