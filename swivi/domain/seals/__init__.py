"""Seals: a chain of hashes over the append-only rows. A later change of any row shows."""
