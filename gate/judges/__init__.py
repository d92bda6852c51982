"""Judges that are asked over the network: providers, strict reading of replies, the cache of what was paid for."""
