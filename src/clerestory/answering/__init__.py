"""From hits to an answer whose every sentence points at its evidence."""
