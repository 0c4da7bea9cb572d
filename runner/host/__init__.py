"""What this machine is and can do: read from the kernel, never changed."""
