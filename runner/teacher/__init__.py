"""For instructors: lessons given before a class, and the screens of that."""
