"""Files out: what each screen shows, written whole."""
