"""The screens: one file a page under ``pages/<section>/``, and what they share in ``pages/_ui``."""
