"""Videos: scenes with what was said, shown and written in them."""
