"""Screens of the section Clients."""
