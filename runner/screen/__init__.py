"""What every verb may use to show and to read: two faces, the narration, the keyboard, the free shell."""
