"""Views of the Tiers page."""
