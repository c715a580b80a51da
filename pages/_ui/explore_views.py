"""Saved views of Explore: placeholder until commands are there."""

from pages._ui.frame import Frame


def show_views(frame: Frame) -> None:
    """Draw nothing yet."""
    del frame
