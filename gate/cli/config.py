"""`agent-gate config`: the configuration in force, and its schema."""

import json
from argparse import Namespace
from pathlib import Path

import yaml

from gate.cli.deciding import read_config
from gate.config import Config
from gate.errors import ExitCode
from gate.repository.repository import Repository


def show(_: Namespace) -> int:
    """Print the working tree's configuration with every default."""
    with Repository.discover(Path.cwd()) as repository:
        _text, config = read_config(repository.work_tree())
    print(yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False), end="")
    return ExitCode.PASS


def schema(_: Namespace) -> int:
    """Print the JSON Schema that editors check agent-gate.yml with."""
    print(json.dumps(Config.model_json_schema(), indent=2))
    return ExitCode.PASS
