"""Who types, when to pause, what is noted: a student with a lesson or an exercise, an instructor with a class."""
