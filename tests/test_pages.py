"""Templates: a name that is missing is an error, everywhere."""

import ast
import re

import jinja2
import pytest

from seesay.commands import search_page
from seesay.reporting import pages
from support import ROOT

MAKERS = {"Environment", "Template", "NativeEnvironment", "SandboxedEnvironment"}


def test_the_only_environment_is_strict_and_escapes():
    made = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                made += [path.name] * (name in MAKERS)
    assert made == ["pages.py"]
    environment = pages.environment()
    assert environment.undefined is jinja2.StrictUndefined
    assert environment.autoescape is True


@pytest.mark.parametrize("text", ["{{ a }}", "{{ a.b }}", "{% if a %}{% endif %}", "{{ d.b }}"])
def test_a_missing_name_is_an_error(text):
    with pytest.raises(jinja2.UndefinedError):
        pages.environment().from_string(text).render(d={})


def test_no_template_hides_a_missing_name():
    """Neither a default nor a test for whether a name is there."""
    hides = re.compile(r"\|\s*(default|d)\b|\bis\s+(not\s+)?(un)?defined\b|\.get\(")
    texts = {path.name: path.read_text(encoding="utf-8") for path in pages.TEMPLATES.rglob("*.j2")}
    assert len(texts) > 10
    texts["search_page.py"] = search_page.PAGE
    for name, text in texts.items():
        for code in re.findall(r"\{[{%].*?[%}]\}", text, re.DOTALL):
            assert not hides.search(code), (name, code)
