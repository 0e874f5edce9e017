"""Tests that cross the addons; each addon has its own in its folder."""
