"""The driver `chat`: any OpenAI-compatible chat completions endpoint."""
