"""docs/results.md keeps the studies whose configs have not run again."""

from seesay.reporting.results_page import joined

PAGE = "# Results\n\nOld head.\n\n## One\n\nold 1\n\n### Part\n\nof one\n\n## Two\n\nold 2\n"


def test_a_new_study_replaces_its_own_and_no_other():
    page = joined("# Results\n\nHead.\n", PAGE, ["## Two\n\nnew 2\n"])
    one = "## One\n\nold 1\n\n### Part\n\nof one"
    assert page == f"# Results\n\nHead.\n\n{one}\n\n## Two\n\nnew 2\n"


def test_a_new_study_comes_last():
    page = joined("# Results", PAGE, ["## Three\n\nnew 3\n"])
    assert [x for x in page.splitlines() if x.startswith("## ")] == ["## One", "## Two", "## Three"]
    assert "old 1" in page


def test_without_a_page_the_studies_keep_their_order():
    assert joined("# R", "", ["## B\n\n2\n", "## A\n\n1\n"]) == "# R\n\n## B\n\n2\n\n## A\n\n1\n"


def test_no_study_changes_nothing_but_the_head():
    assert joined("# Results\n\nOld head.", PAGE, []) == PAGE
