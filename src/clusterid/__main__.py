"""Run the command line with ``python -m clusterid``."""

from clusterid.cli import main

if __name__ == "__main__":
    main()
