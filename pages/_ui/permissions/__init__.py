"""Panels of the Permissions page."""
