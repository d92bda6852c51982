"""Providers of judges: each answers the port `Judge` over one vendor's interface."""
