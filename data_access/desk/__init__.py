"""The facts of a hand-out to many people, read set by set, and the locks under which they are decided again."""
