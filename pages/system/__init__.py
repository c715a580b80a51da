"""Screens of the section System."""
