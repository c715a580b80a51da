"""The statements behind the figures, one module per kind of fact."""
