"""Views of the Lifecycle page."""
