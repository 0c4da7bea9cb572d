"""What this machine is and can do. Everything is read from the kernel, and nothing is changed."""
