"""Drivers: each opens a clean session per trial with the agent under test."""
