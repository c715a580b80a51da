"""A reader's own question: asked, answered, taken apart."""
