"""Frozen records and errors; they import nothing."""
