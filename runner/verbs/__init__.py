"""One file for each verb: its options, and the function that obeys them and returns an exit status."""
