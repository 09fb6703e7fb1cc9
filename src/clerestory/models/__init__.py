"""Weights and what runs on them: one module per role, no knowledge of files, libraries or queries."""
