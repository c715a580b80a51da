"""Scope profiles on the pages: the choice in the head, and what the chosen one narrows."""
