"""One file for each verb: its options, and the function that takes them to an exit status."""
