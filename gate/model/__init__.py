"""The frozen values that flow from stage to stage. Nothing here reads, writes, waits or decides."""
