"""`python -m nightshift_tools` is `nightshift`."""

from nightshift_tools.cli import main

if __name__ == "__main__":
    main()
