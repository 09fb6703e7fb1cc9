"""`python -m clerestory` is the command `clerestory`."""

from clerestory.cli.main import main

if __name__ == "__main__":
    main()
