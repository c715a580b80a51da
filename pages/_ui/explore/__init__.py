"""Blocks of the Explore page."""
