"""Talking to services over HTTP: connections, limits, retries. The only folder that knows httpx."""
