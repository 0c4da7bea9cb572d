"""Frozen records and errors. They import nothing from other rooms."""
