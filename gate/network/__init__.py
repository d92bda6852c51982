"""Talking to services over HTTP: clients, limits, retries. The only folder that knows httpx."""
