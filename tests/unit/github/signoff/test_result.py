import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from gate.errors import StoreError
from gate.github.signoff import result
from gate.github.signoff.result import read_result, unpack


def zip_of(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("prefix", ["", "runs/2026-11-22/143015Z-pr-1-abc/", "../../../tmp/", "/etc/"])
def test_the_run_is_found_at_any_depth_and_written_under_our_own_names(tmp_path: Path, prefix: str) -> None:
    """No name of the zip becomes a path: nothing lands outside of the folder."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    files = {
        f"{prefix}report.json": b"{}",
        f"{prefix}inputs.json": b"[]",
        f"{prefix}scores.jsonl": b"",
        f"{prefix}transcripts/../../evil": b"x",
        "evil.py": b"x",
    }

    unpack(zip_of(files), inner)

    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {"a/b/report.json", "a/b/inputs.json", "a/b/scores.jsonl"}


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result, "LARGEST_FILE", 1_000_000)

    with pytest.raises(StoreError, match="larger than"):
        unpack(zip_of({"report.json": b"0" * 50_000_000, "inputs.json": b"{}"}), tmp_path)


def test_a_size_that_lies_does_not_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The header says 10 bytes; what comes out is counted."""
    monkeypatch.setattr(result, "LARGEST_FILE", 1_000)
    content = bytearray(zip_of({"report.json": b"0" * 5_000, "inputs.json": b"{}"}))
    central = content.index(b"PK\x01\x02")
    content[central + 24 : central + 28] = (10).to_bytes(4, "little")

    with pytest.raises(StoreError):
        unpack(bytes(content), tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no readable zip"),
        (b"PK\x03\x04", "no readable zip"),
        (zip_of({}), "0 results"),
        (zip_of({"a/report.json": b"", "b/report.json": b""}), "2 results"),
        (zip_of({"a/report.json": b"", "b/inputs.json": b""}), "lacks inputs.json"),
        (zip_of({"report.json/": b"", "inputs.json": b""}), "0 results"),
    ],
)
def test_a_broken_artifact_is_told(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(StoreError, match=says):
        unpack(content, tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("report.json", "inputs.json", "inputs.json"):
            archive.writestr(name, "{}")

    with pytest.raises(StoreError, match="twice"):
        unpack(buffer.getvalue(), tmp_path)


@pytest.mark.parametrize(
    "report", ["", "[]", "null", '{"schema": 1}', "[" * 100_000, '{"schema": 1, "run": ' + "9" * 5_000 + "}"]
)
def test_what_is_no_report_is_refused(tmp_path: Path, report: str) -> None:
    (tmp_path / "report.json").write_text(report)
    (tmp_path / "inputs.json").write_text("{}")

    with pytest.raises(StoreError):
        read_result(tmp_path)


def test_a_truncated_or_encrypted_zip_is_refused(tmp_path: Path) -> None:
    whole = zip_of({"report.json": json.dumps({"a": 1}).encode() * 1000, "inputs.json": b"{}"})
    encrypted = bytearray(whole)
    encrypted[6] |= 1
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1

    for content in (whole[: len(whole) // 2], bytes(encrypted)):
        with pytest.raises(StoreError):
            unpack(content, tmp_path)
