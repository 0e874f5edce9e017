"""Scripts for the Python of the virtual environment: they may import what it has."""
