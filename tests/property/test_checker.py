"""What checks the money machine shares nothing with what it checks."""

import ast
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["checker", "history", "model"])
def test_the_checker_and_the_model_know_nothing_of_swivi(name: str) -> None:
    known = {*sys.stdlib_module_names, "tests.property.checker"}
    for node in ast.walk(ast.parse((HERE / f"{name}.py").read_text())):
        imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            imported = [node.module or ""]
        assert [
            module
            for module in imported
            if module not in known and module.split(".")[0] not in known
        ] == []
