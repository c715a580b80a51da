"""Screens of the section Overview."""
