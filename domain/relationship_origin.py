"""How relationships came to be, where a figure asks for it."""

CONTINUED = "continued"
"""``how_confirmed`` of a relationship that goes on with the other holders after one has left: nothing new started."""
