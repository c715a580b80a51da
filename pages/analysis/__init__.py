"""Screens of the section Analysis."""
