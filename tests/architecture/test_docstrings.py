"""Every module says what it is and where it stands in the flow; every public thing has a line.

Flow: source → **here**.
"""

import ast

import pytest

from tests.architecture.tree import definitions, modules, name, parsed


@pytest.mark.parametrize("path", modules(), ids=name)
def test_module_says_what_it_is_and_its_flow(path):
    text = ast.get_docstring(parsed(path)) or ""

    assert text.partition("\n")[0].rstrip(), "what is it?"
    assert "Flow:" in text, "where does it stand in the flow?"


@pytest.mark.parametrize("path", modules(), ids=name)
def test_public_things_have_a_line(path):
    public = {
        dotted: found
        for dotted, found in definitions(parsed(path))
        if not any(part.startswith("_") for part in dotted.split("."))
    }
    parameters = path.parts[-3] == "nodes"  # a node's parameter class: its module speaks for it

    silent = [
        dotted
        for dotted, found in public.items()
        if not ast.get_docstring(found) and not (parameters and isinstance(found, ast.ClassDef))
    ]

    assert not silent


@pytest.mark.parametrize("path", modules("tests"), ids=name)
def test_a_test_file_says_what_it_holds(path):
    assert ast.get_docstring(parsed(path))
