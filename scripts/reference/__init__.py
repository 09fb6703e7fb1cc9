"""Reference pages of docs/ made from the code: commands, Python API, settings, errors, dependencies."""
