"""A believable firm of any size, reproducible by seed: see ``docs/demo.md``."""

from data_access.demo.build import DemoRefused, DemoSummary, build_demo

__all__ = ["DemoRefused", "DemoSummary", "build_demo"]
