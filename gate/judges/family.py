"""Which family a model is of, by its name: a model scores its own family's answers too kindly. Pure.

https://arxiv.org/abs/2404.13076 (LLM evaluators recognize and favor their own generations).
"""

import re

_FAMILIES = {
    "openai": r"gpt|chatgpt|(?<![a-z0-9])o[1-9](?![0-9])|openai|davinci",
    "anthropic": r"claude|anthropic",
    "google": r"gemini|gemma|palm|bard",
    "meta": r"llama",
    "mistral": r"mistral|mixtral|ministral|codestral|magistral",
    "qwen": r"qwen|qwq",
    "deepseek": r"deepseek",
    "amazon": r"nova|titan",
    "cohere": r"command-?(?:r|a)|cohere|aya",
    "xai": r"grok",
    "microsoft": r"(?<![a-z])phi-?\d",
    "ibm": r"granite",
    "salesforce": r"xgen",
}


def family_of(model: str) -> str:
    """The family a model's name tells of; empty when it tells none."""
    name = model.casefold()
    found = [family for family, pattern in _FAMILIES.items() if re.search(pattern, name)]
    if "deepseek" in found:  # distilled models carry the name of what they were distilled into as well
        return "deepseek"
    vendors = [family for family in found if family not in {"anthropic", "amazon", "openai"}]
    if len(found) > 1 and not vendors:  # e.g. sfdc_ai__DefaultBedrockAnthropicClaude, DefaultBedrockAmazonNova
        return "anthropic" if "anthropic" in found else found[0]
    return (vendors or found or [""])[0]
