"""One file per verb, of the same name: a function from options to an exit status."""
