"""Recordings and videos as files: their tracks, their clocks, their samples and frames."""
