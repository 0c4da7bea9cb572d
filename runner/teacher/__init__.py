"""Everything for instructors: lessons given before a class, and the screens for that."""
