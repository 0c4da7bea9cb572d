"""From files to records: strict YAML, one definition of the format, every fault at once."""
