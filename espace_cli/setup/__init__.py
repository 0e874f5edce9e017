"""What the commands stand on, each step done once and finished if interrupted."""
