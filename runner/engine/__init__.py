"""The life of one lesson or exercise: its steps, its facts, and what came of them."""
