"""Plan what changed, read it in worker processes, embed in batches, commit. Knows no ranking."""
