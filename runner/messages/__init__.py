"""Every sentence, and the language it is said in."""
