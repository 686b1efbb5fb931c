"""The examples of docs/python.md: one session, whose output is as the page shows it."""

import doctest
import re

import pytest
import torch

from seesay import audio, captions, learning, scoring, vision
from support import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?![\w.])")


class Checker(doctest.OutputChecker):
    """Takes decimal numbers that are near to those of the page: processors differ a little."""

    def check_output(self, want, got, optionflags):
        """Whether the output is as wanted."""
        plain = [" ".join(NUMBER.sub("#", text).split()) for text in (want, got)]
        numbers = [list(map(float, NUMBER.findall(text))) for text in (want, got)]
        if not numbers[0] or plain[0] != plain[1]:
            return super().check_output(want, got, optionflags)
        pairs = zip(*numbers, strict=True)
        return all(abs(a - b) <= 0.1 * abs(a) + (3 if abs(a) > 1 else 0.03) for a, b in pairs)


@pytest.fixture
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
def test_the_examples_give_what_the_page_shows(one_thread):
    blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    session = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "docs/python.md", None, 0)
    lines: list[str] = []
    runner = doctest.DocTestRunner(Checker(), optionflags=doctest.NORMALIZE_WHITESPACE)
    result = runner.run(session, out=lines.append)
    assert result.attempted > 40
    assert result.failed == 0, "".join(lines)


@pytest.mark.parametrize("package", [vision, audio, captions, learning, scoring])
def test_the_page_has_every_function(package):
    for name in package.__all__:
        assert f"`{package.__name__.removeprefix('seesay.')}.{name}`" in PAGE, name
