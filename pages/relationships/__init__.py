"""Screens of the register of relationships."""
