"""Charts of every screen, built from plain values in the reader's colours."""
