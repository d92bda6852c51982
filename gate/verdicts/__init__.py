"""Procedures, comparison and decision: what the scores mean. Pure."""
