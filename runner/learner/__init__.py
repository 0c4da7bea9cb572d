"""For students: learn, practice, what they have done, and the screens of these."""
