"""What outlives the lab's processes, one file for each kind: how it is made, and how it is undone."""
