"""Recordings: what is said in them and when, and what else is to be heard."""
