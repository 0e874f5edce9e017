"""What code of this addon may do with guarded records, and no client can."""

# The ways of the Régie: code closes collections, confirms remittances, gives receipts,
# rejects, pays back, writes off and moves due dates; and no client: see `guards`.
STATING = "espace_stating"
# Credits are used by themselves: money that a family brought before is not refused.
CREDITING = "espace_crediting"
