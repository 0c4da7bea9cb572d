"""What is true on this machine, one file for each kind of fact, read from the kernel."""
