"""Lesson files become frozen records, or every fault of all files is reported at once."""
