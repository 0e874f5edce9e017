"""What code of this addon may do with guarded records, and no client can."""

# Code closes collections and confirms remittances, and no client: see `guards`.
STATING = "espace_stating"
# Credits are used by themselves: money that a family brought before is not refused.
CREDITING = "espace_crediting"
