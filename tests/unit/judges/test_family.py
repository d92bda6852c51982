import pytest

from gate.judges.family import family_of


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-5-mini", "openai"), ("o3", "openai"), ("openai/gpt-oss-120b", "openai"), ("chatgpt-4o-latest", "openai"),
        ("claude-sonnet-4-5", "anthropic"), ("us.anthropic.claude-opus-4-1-v1:0", "anthropic"),
        ("sfdc_ai__DefaultBedrockAnthropicClaude45Sonnet", "anthropic"), ("sfdc_ai__DefaultGPT5Mini", "openai"),
        ("sfdc_ai__DefaultBedrockAmazonNovaPro", "amazon"), ("sfdc_ai__DefaultVertexAIGemini25Flash001", "google"),
        ("gemini-3.5-pro", "google"), ("gemma-3-27b", "google"), ("meta-llama/Llama-4-Scout", "meta"),
        ("mistral-large", "mistral"), ("Qwen3-235B", "qwen"), ("deepseek-r1-distill-llama-70b", "deepseek"),
        ("grok-4", "xai"), ("phi-4", "microsoft"), ("granite-4", "ibm"),
        ("sfdc_ai__DefaultO3", "openai"), ("sonnet-4", "anthropic"), ("pixtral-large", "mistral"),
        ("amazon.nova-pro-v1:0", "amazon"), ("renovate-judge", ""), ("himalaya-7b", ""), ("kimi-k2", "moonshot"),
        ("my-own-model", ""), ("proto3", ""),
    ],
)  # fmt: skip
def test_the_family_is_known_by_the_name(model: str, family: str) -> None:
    assert family_of(model) == family
