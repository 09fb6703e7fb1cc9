"""What `make bench` measures; each module is also a command of its own (`python -m bench.NAME --help`)."""
