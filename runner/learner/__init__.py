"""Everything for students: learn, practice, their progress, and the screens of these."""
