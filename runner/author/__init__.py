"""Everything for authors: lessons are linted, proven by running them, and begun from a model."""
