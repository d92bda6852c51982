"""What a class, a flow and a prompt template say of what they use."""

import pytest

from gate.salesforce.apex import read_apex
from gate.salesforce.facts import Facts
from gate.salesforce.flow import read_flow
from gate.salesforce.prompt import read_prompt


def uses(facts: Facts) -> list[tuple[str, str]]:
    return [(use.kind, use.name) for use in facts.uses]


def test_words_of_a_class_are_found_in_code_and_strings_and_not_in_comments() -> None:
    facts = read_apex(b"// Alpha\n/* Beta\n */ class X { Object a = Type.forName('Gamma'); Delta__c d; }")
    assert {"gamma", "delta__c", "x"} <= set(facts.words)
    assert not {"alpha", "beta"} & set(facts.words)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"String s = System.Label.Hello;", ("Hello",)),
        (b"String s = Label.ns.Hello;", ("Hello", "ns")),
        (b"// Label.Hello", ()),
        (b"String label = 'x';", ()),
    ],
)
def test_custom_labels_of_a_class(code: bytes, expected: tuple[str, ...]) -> None:
    assert read_apex(code).labels == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b"a  =\n b;", b"a=b;", True),
        (b"a; // x", b"a;", True),
        (b"a /* x */ b", b"a b", True),
        (b"s = 'a  b';", b"s = 'a b';", False),
        (b"s = '// no comment';", b"s = '// a comment';", False),
        (b"s = 'it\\'s // x';", b"s = 'it\\'s // y';", False),
        (b"int a;", b"inta;", False),
        (b"'open", b"'shut", False),
    ],
)
def test_layout_and_comments_of_a_class_say_nothing(one: bytes, other: bytes, same: bool) -> None:
    assert (read_apex(one).digest == read_apex(other).digest) is same


def test_a_flow_uses_actions_subflows_classes_objects_and_labels() -> None:
    flow = b"""<Flow>
      <actionCalls><actionName>A</actionName><actionType>apex</actionType></actionCalls>
      <actionCalls><actionName>P</actionName><actionType>generatePromptResponse</actionType></actionCalls>
      <actionCalls><actionName>mail</actionName><actionType>emailSimple</actionType></actionCalls>
      <apexPluginCalls><apexClass>Old</apexClass></apexPluginCalls>
      <subflows><flowName>S</flowName></subflows>
      <variables><apexClass>Dto</apexClass></variables>
      <recordLookups><object>Parcel__c</object></recordLookups>
      <formulas><expression>{!$Label.Hi}</expression></formulas>
    </Flow>"""
    found = uses(read_flow(flow))
    assert {("apex", "A"), ("prompt", "P"), ("apex", "Old"), ("flow", "S")} <= set(found)
    assert {("apex", "Dto"), ("object", "Parcel__c"), ("label", "Hi")} <= set(found)
    assert ("metadata", "mail") in found


def test_a_template_uses_providers_merge_fields_and_its_object() -> None:
    template = b"""<GenAiPromptTemplate>
      <relatedEntity>Case</relatedEntity>
      <templateVersions>
        <content>{!$Apex:Words.Prompt} {!$RelatedList:Case.Parcels.Records} {!$Label.Hi}</content>
        <inputs><definition>SOBJECT://Parcel__c</definition></inputs>
        <inputs><definition>primitive://String</definition></inputs>
        <templateDataProviders><definition>flow://Fetch</definition></templateDataProviders>
        <templateDataProviders><definition>invocable://getRelatedList</definition></templateDataProviders>
      </templateVersions>
    </GenAiPromptTemplate>"""
    assert set(uses(read_prompt(template))) == {
        ("apex", "Words"),
        ("object", "Case"),
        ("object", "Parcel__c"),
        ("flow", "Fetch"),
        ("label", "Hi"),
    }


def test_without_an_active_version_every_version_counts() -> None:
    text = "<GenAiPromptTemplate>{}<templateVersions><content>{}</content></templateVersions></GenAiPromptTemplate>"
    one, other = (read_prompt(text.format("", words).encode()) for words in ("a", "b"))
    assert one.digest != other.digest
