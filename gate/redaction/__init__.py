"""Personal data found and masked. Pure."""
