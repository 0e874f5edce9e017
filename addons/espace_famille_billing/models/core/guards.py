"""What code of this addon tells the guards of its records, and no client can."""

# Code closes statements and confirms remittances, and no client: see `guards`.
STATING = "espace_stating"
