"""Every sentence that people read, and the choice of the language."""
