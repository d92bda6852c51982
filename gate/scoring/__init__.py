"""Deterministic checks first, the judge for what is left."""
