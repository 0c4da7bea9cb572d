"""For those who write lessons: what is wrong with them, that they prove themselves, and how to begin one."""
