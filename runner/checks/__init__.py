"""The kinds of check. Each has one file, which reads one kind of fact from the kernel."""
