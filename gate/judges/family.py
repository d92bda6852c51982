"""Which family a model is of, by its name: a model scores its own family's answers too kindly. Pure.

https://arxiv.org/abs/2404.13076 (LLM evaluators recognize and favor their own generations).
"""

import re

_FAMILIES = {
    "openai": r"gpt|(?<![a-z0-9])o[1-9](?![0-9])|openai|davinci|codex",
    "anthropic": r"claude|anthropic|\b(?:sonnet|opus|haiku)\b",
    "google": r"gemini|gemma|learnlm|\b(?:palm|bard)\b",
    "meta": r"llama",
    "mistral": r"(?:mis|mix|minis|codes|magis|devs|pix|vox|maths)tral",
    "qwen": r"qwen|qwq|qvq",
    "deepseek": r"deepseek",
    "amazon": r"\b(?:amazon|nova|titan)\b",
    "cohere": r"command-?(?:r|a)|cohere|\baya\b",
    "xai": r"grok",
    "microsoft": r"(?<![a-z])phi-?\d",
    "ibm": r"granite",
    "salesforce": r"xgen",
    "nvidia": r"nemotron",
    "moonshot": r"kimi|moonshot",
    "zhipu": r"\b(?:chat)?glm",
    "minimax": r"minimax",
    "ai21": r"jamba",
}
_NEW_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])|_+")


def family_of(model: str) -> str:
    """The family a model's name tells of; empty when it tells none."""
    name = f"{model} {_NEW_WORD.sub('-', model)}".casefold()  # sfdc_ai__DefaultO3 and DeepSeek
    found = [family for family, pattern in _FAMILIES.items() if re.search(pattern, name)]
    if "deepseek" in found:  # distilled models carry the name of what they were distilled into as well
        return "deepseek"
    vendors = [family for family in found if family not in {"anthropic", "amazon", "openai"}]
    if len(found) > 1 and not vendors:  # e.g. sfdc_ai__DefaultBedrockAnthropicClaude, DefaultBedrockAmazonNova
        return "anthropic" if "anthropic" in found else found[0]
    return (vendors or found or [""])[0]
