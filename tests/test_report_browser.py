"""The report in a real Chromium: it loads nothing, draws, sorts, copies, and suits all readers."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from seesay.reporting.report import build
from support import report_run
from support.browser import opened, unfold
from support.pages import CAPTION, SETTINGS
from support.report_run import outputs

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
    """Open all folded parts, and wait until every chart is drawn by the page's script."""
    unfold(page)
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
        settled(page)
        table = "#where table >> nth=0"
        page.locator("#where details details >> nth=0").locator("summary").click()
        head = page.locator(table).locator("th", has_text="R@10")
        before = column(page, "#where details details:nth-of-type(1) table", 6)
        assert before[0] == "40.0 %"
        head.get_by_role("button").click()
        up = column(page, "#where details details:nth-of-type(1) table", 6)
        assert up == sorted(before, key=lambda text: float(text.split()[0]))
        assert up != before
        assert head.get_attribute("aria-sort") == "ascending"
        head.get_by_role("button").click()
        down = column(page, "#where details details:nth-of-type(1) table", 6)
        assert down == sorted(before, key=lambda text: -float(text.split()[0]))
        head.get_by_role("button").click()
        assert column(page, "#where details details:nth-of-type(1) table", 6) == before
        assert head.get_attribute("aria-sort") is None


def test_the_paper_s_tables_sort_by_task_and_keep_their_rows_together(made):
    with opened(made) as shown:
        page = shown.page
        settled(page)
        table = page.locator("#tables table.paper >> nth=0")
        # The model's median rank: its rows by task are 34, 35, 5 and 61.
        table.locator("thead tr >> nth=1").get_by_role("button", name="Median").nth(2).click()
        groups = table.locator("tr.group th").all_inner_texts()
        assert [text.split(" among")[0] for text in groups] == [
            "Word Type Search by Image",
            "Word Similarity",
            "Word Token Search by Image",
            "Image Token Search by Word",
        ]
        first = table.locator("tbody >> nth=0").locator("tr.theirs td").all_inner_texts()
        assert first[2:] == ["19.00", "293.40", "15.00", "30.11"]


def copied(page, table, form):
    """What the button of a table puts on the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    held = page.locator(table).locator("xpath=ancestor::div[@class='held']")
    held.get_by_role("button", name=f"Copy as {form}").click()
    held.get_by_text(f"Copied as {form}.").wait_for()
    return page.evaluate("navigator.clipboard.readText()")


def test_tables_are_copied_as_tsv_and_latex(made):
    with opened(made) as shown:
        settled(shown.page)
        text = copied(shown.page, "#tables table.paper >> nth=1", "TSV")
        rows = [line.split("\t") for line in text.strip("\n").split("\n")]
        assert {len(row) for row in rows} == {len(rows[0])}
        assert rows[0][2:6] == ["Chance R@1", "Chance R@5", "Chance R@10", "Chance R@25"]
        assert rows[0][6:8] == ["Random projection R@1", "Random projection R@1 interval"]
        model = rows[0].index("Model R@10")
        mine = next(row for row in rows if row[0].startswith("Image Token") and "this" in row[1])
        assert mine[model : model + 2] == ["13.40", "11.5–15.3"]
        text = copied(shown.page, "#tables table.paper >> nth=1", "LaTeX")
        assert r"\begin{tabular}{lrrrrrrrrrrrr}" in text
        assert r"\caption{Table 2. Recall (hit rate, \%)" in text
        assert r"\multicolumn{4}{c}{Chance} & \multicolumn{4}{c}{Random projection} & " in text
        caption = next(line for line in text.split("\n") if line.startswith(r"\caption"))
        for said in (
            "composed scenes of OpenMoji drawings",
            "eSpeak NG voices",
            "Means over seeds 1, 2, 3.",
            "Gallery test: 2,819 tokens and 2,000 fragments.",
            "Chance is what random ranking gives in the same gallery.",
            r"Intervals of 95 \%: over 100 pictures x 3 seeds.",
        ):
            assert said in caption
        assert r"\label{tab:tables-table-2-recall-hit-rate-of-the}" in text
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
        page.locator("#made details summary >> nth=1").focus()
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


def test_parts_are_folded_until_asked_for(made):
    with opened(made) as shown:
        page = shown.page
        assert page.locator("#answer .headline").is_visible()
        assert page.locator("details.fold[open]").count() == 0
        # A link to a folded part opens it, also a second time, and so does an address.
        link = page.get_by_role("navigation").get_by_role("link", name="Where it works")
        for _ in range(2):
            link.click()
            page.locator("#where .chart svg >> nth=0").wait_for(state="visible")
            assert page.locator("details.fold[open]").count() == 1
            page.locator("#where summary >> nth=0").click()
        page.goto(f"{made.resolve().as_uri()}#where-0-talker")
        page.locator("#where-0-talker.vega-embed svg").wait_for(state="visible")
        assert shown.complaints == []


def test_without_scripts_all_parts_are_open(made):
    with opened(made, java_script_enabled=False) as shown:
        assert shown.page.locator("details.fold:not([open])").count() == 0
        assert shown.page.locator("#run").get_by_text("Report written").is_visible()


def test_the_contents_stay_in_view(made):
    with opened(made, viewport={"width": 1280, "height": 700}) as shown:
        settled(shown.page)
        shown.page.locator("#run").scroll_into_view_if_needed()
        assert shown.page.evaluate("scrollY") > 1000
        assert shown.page.get_by_role("navigation").bounding_box()["y"] == 0


CHANCE = """all => all.map(head => {
  const region = head.closest('.scroll').getBoundingClientRect();
  return [head.closest('.scroll').ariaLabel, head.getBoundingClientRect().right - region.right];
})"""


@pytest.mark.parametrize("width", [1280, 1024])
def test_chance_is_never_cut_off(made, width):
    with opened(made, viewport={"width": width, "height": 900}) as shown:
        settled(shown.page)
        shown.page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
        heads = shown.page.locator("th", has_text=re.compile("^chance", re.IGNORECASE))
        found = heads.evaluate_all(CHANCE)
        assert len(found) >= 3
        assert [head for head in found if head[1] > 1] == []


def test_a_table_that_is_cut_says_that_it_scrolls(made):
    with opened(made, viewport=PHONE) as shown:
        settled(shown.page)
        region = shown.page.locator("#tables .scroll >> nth=1")
        hint = shown.page.locator("#tables .held >> nth=1").locator(".hint")
        hint.wait_for(state="visible")
        region.evaluate("region => { region.scrollLeft = region.scrollWidth }")
        hint.wait_for(state="hidden")
