"""What each provider is asked and what it answers. Pure, one module a provider."""
