"""What any verb may show or read: plain and colour faces, narration, the keyboard, the free shell."""
