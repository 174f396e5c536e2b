"""Seals: a chain of hashes over the append-only rows, so that a later change of any of them
shows.
"""
