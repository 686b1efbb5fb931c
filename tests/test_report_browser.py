"""The report in a real Chromium: it loads nothing, draws, sorts, copies, and suits all readers."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

import report_run
from browser import opened
from report_run import outputs
from seesay.report import build
from test_report import CAPTION, SETTINGS

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
VIEWS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": PHONE, "has_touch": True},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The page of a made-up run whose captions and talkers have names of the worst kind."""
    folder = tmp_path_factory.mktemp("page")
    inputs = report_run.make(folder, caption=CAPTION)
    config = {**report_run.CONFIG, "note": "</script><script>alert(2)</script>"}
    codes = {"training": "0123456789ab"}
    build(inputs, outputs(folder), SETTINGS, config, report_run.STAGES, folder / "none", codes)
    return folder / "report.html"


def settled(page):
    """Wait until every chart is drawn by the page's script."""
    page.wait_for_function(
        "[...document.querySelectorAll('.chart')].every(c => c.classList.contains('vega-embed'))"
    )


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_draws_all_and_asks_nobody(made, view):
    with opened(made, **VIEWS[view]) as shown:
        settled(shown.page)
        marks = shown.page.eval_on_selector_all(
            ".chart svg",
            "all => all.map(svg => svg.querySelectorAll('path, text').length)",
        )
        assert len(marks) == 18
        assert min(marks) >= 10
        # Nothing sticks out at the side.
        wide = shown.page.evaluate("document.documentElement.scrollWidth")
        assert wide == VIEWS[view]["viewport"]["width"]
        assert shown.complaints == []
        assert shown.asked == [made.resolve().as_uri()]


@pytest.mark.parametrize("view", VIEWS)
def test_it_has_no_serious_fault_for_readers_with_other_means(made, view):
    with opened(made, **VIEWS[view]) as shown:
        settled(shown.page)
        shown.page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
        response = Axe().run(shown.page).response
        found = response["violations"]
        assert {"color-contrast", "table-duplicate-name"} <= {
            one["id"] for one in response["passes"]
        }
        bad = [
            (fault["id"], [node["html"][:150] for node in fault["nodes"]][:3])
            for fault in found
            if fault["impact"] in ("serious", "critical")
        ]
        assert bad == []


def column(page, table, number):
    """A column's cells as they stand, without intervals."""
    return page.eval_on_selector_all(
        f"{table} tbody tr:not(.group) > :nth-child({number})",
        "all => all.map(c => { c = c.cloneNode(true);"
        " c.querySelectorAll('small').forEach(s => s.remove()); return c.textContent.trim() })",
    )


def test_tables_sort_by_number_and_back(made):
    with opened(made) as shown:
        page = shown.page
        table = "#where table >> nth=0"
        page.locator("#where details >> nth=0").locator("summary").click()
        head = page.locator(table).locator("th", has_text="R@10")
        before = column(page, "#where details:nth-of-type(1) table", 6)
        assert before[0] == "40.0 %"
        head.get_by_role("button").click()
        up = column(page, "#where details:nth-of-type(1) table", 6)
        assert up == sorted(before, key=lambda text: float(text.split()[0]))
        assert up != before
        assert head.get_attribute("aria-sort") == "ascending"
        head.get_by_role("button").click()
        down = column(page, "#where details:nth-of-type(1) table", 6)
        assert down == sorted(before, key=lambda text: -float(text.split()[0]))
        head.get_by_role("button").click()
        assert column(page, "#where details:nth-of-type(1) table", 6) == before
        assert head.get_attribute("aria-sort") is None


def test_the_paper_s_tables_sort_by_task_and_keep_their_rows_together(made):
    with opened(made) as shown:
        page = shown.page
        table = page.locator("#tables table.paper >> nth=0")
        # The model's median rank: its rows by task are 34, 35, 5 and 61.
        table.locator("thead tr >> nth=1").get_by_role("button", name="Median").nth(1).click()
        groups = table.locator("tr.group th").all_inner_texts()
        assert [text.split(" among")[0] for text in groups] == [
            "Word Type Search by Image",
            "Word Similarity",
            "Word Token Search by Image",
            "Image Token Search by Word",
        ]
        first = table.locator("tbody >> nth=0").locator("tr.theirs td").all_inner_texts()
        assert first[:4] == ["19.00", "293.40", "15.00", "30.11"]


def copied(page, table, form):
    """What the button of a table puts on the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    held = page.locator(table).locator("xpath=ancestor::div[@class='held']")
    held.get_by_role("button", name=f"Copy as {form}").click()
    held.get_by_text(f"Copied as {form}.").wait_for()
    return page.evaluate("navigator.clipboard.readText()")


def test_tables_are_copied_as_tsv_and_latex(made):
    with opened(made) as shown:
        text = copied(shown.page, "#tables table.paper >> nth=1", "TSV")
        rows = [line.split("\t") for line in text.strip("\n").split("\n")]
        assert {len(row) for row in rows} == {len(rows[0])}
        assert rows[0][2:6] == ["Random R@1", "Random R@1 interval", "Random R@5",
                                "Random R@5 interval"]  # fmt: skip
        model = rows[0].index("Our Model R@10")
        mine = next(row for row in rows if row[0].startswith("Image Token") and "this" in row[1])
        assert mine[model : model + 2] == ["13.40", "11.5–15.3"]
        text = copied(shown.page, "#tables table.paper >> nth=1", "LaTeX")
        assert r"\begin{tabular}{lrrrrrrrrrrrr}" in text
        assert r"\caption{Table 2. Recall (hit rate, \%)" in text
        assert r" & \multicolumn{4}{c}{Random} & \multicolumn{4}{c}{Our Model}" in text
        ours = next(line for line in text.split("\n") if line.startswith("this run"))
        assert ours.count("&") == 12
        assert r"\textbf{23.60} {\scriptsize 21.7--25.5}" in ours
        assert ours.endswith(r"\\")
        assert text.count("{") == text.count("}")
        assert shown.complaints == []


def test_the_keyboard_alone_reaches_and_works_everything(made):
    with opened(made) as shown:
        page = shown.page
        settled(page)
        wanted = page.eval_on_selector_all(
            "a, button, summary, [tabindex='0']",
            "all => all.filter(one => one.checkVisibility()).length",
        )
        seen = set()
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            here = page.evaluate(
                "(() => { const e = document.activeElement; if (e === document.body) return null;"
                " e.dataset.seen ??= Math.random(); const s = getComputedStyle(e);"
                " return [e.dataset.seen, s.outlineStyle !== 'none' && e.matches(':focus-visible')]"
                " })()"
            )
            if here is None:
                break
            assert here[1], "no visible focus"
            seen.add(here[0])
        assert len(seen) == wanted
        # A table is sorted, and a part opened, without a mouse.
        button = page.locator("#tables table.paper >> nth=0").get_by_role("button").first
        button.focus()
        page.keyboard.press("Enter")
        assert page.locator("#tables th[aria-sort='ascending']").count() == 1
        page.locator("#made summary >> nth=0").focus()
        page.keyboard.press("Space")
        page.get_by_text("0123456789ab").wait_for(state="visible")


def test_names_from_data_are_shown_as_text(made):
    with opened(made) as shown:
        dialogs = []
        shown.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        settled(shown.page)
        assert shown.page.locator("#pictures li", has_text=CAPTION).count() == 2
        assert shown.page.locator("#where th", has_text=report_run.NASTY).count() == 2
        label = f"{report_run.NASTY[:17]}… · 12"
        assert label in shown.page.locator("#where-0-talker").text_content()
        # No script but the page's own two is in the document.
        assert shown.page.locator("script").count() == 2
        assert dialogs == []


def test_on_paper_it_is_dark_on_white_and_whole(made):
    with opened(made, color_scheme="dark") as shown:
        settled(shown.page)
        shown.page.emulate_media(media="print")
        ink = shown.page.evaluate("getComputedStyle(document.body).color")
        assert max(map(int, re.findall(r"\d+", ink))) < 60
        assert not shown.page.locator("nav").is_visible()
        assert shown.page.locator(".tools").first.is_hidden()
        assert len(shown.page.pdf(format="A4")) > 100_000
