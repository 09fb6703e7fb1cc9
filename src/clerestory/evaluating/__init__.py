"""`clerestory eval NAME --data DIR`: a folder in, one JSON line per case out."""
