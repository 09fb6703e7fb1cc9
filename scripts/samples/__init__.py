"""The sample files of the demo: original content about an invented tide gauge and its station."""
