"""argv and environ in, exit code out; builds the adapters. Nothing else prints."""
