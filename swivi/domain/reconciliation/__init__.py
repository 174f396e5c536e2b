"""Audits of the books: kept, repeated by the clock, and told of where something is wrong."""
