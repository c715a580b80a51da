"""Parts of the screens of the register of relationships."""
