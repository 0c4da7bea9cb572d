"""The sealed world of a run: terminal, guardian, journal, undo, snapshot."""
