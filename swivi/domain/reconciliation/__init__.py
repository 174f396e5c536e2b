"""Reconciliation: checks of all invariants, by the clock and by hand, kept, with notifications."""
