"""One answer a command: what it says, as tables and sentences."""
