"""semdocker: a course that builds a Linux container by hand, run for real."""

__version__ = "0.2.0"
