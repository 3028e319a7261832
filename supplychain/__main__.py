"""The command line as a process: ``python -m supplychain``, and the command ``supplychain``."""

from supplychain.interrupts import catch


def main() -> None:
    """Run a command; from here on signals end it without a traceback, while it imports too."""
    catch()
    from supplychain.cli import main as run

    run(prog_name="supplychain")


if __name__ == "__main__":
    main()
