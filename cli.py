"""Run the command line from a checkout: ``python cli.py simulate --hbm-cut 20%``."""

from supplychain.__main__ import main

if __name__ == "__main__":
    main()
