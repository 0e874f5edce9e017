"""What code of this addon may do with guarded records, and no client can."""

# Code closes collections and confirms remittances, and no client: see `guards`.
STATING = "espace_stating"
