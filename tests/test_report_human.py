"""Human voices in the report: which number stands in which cell, and what is said without any."""

import dataclasses

import pytest

from seesay.reporting.people import sentence
from seesay.reporting.report import build
from seesay.reporting.results import Results
from support import listen_run, report_run
from support.pages import SETTINGS, Page
from support.report_run import outputs


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("human")
    inputs = report_run.with_human(folder, report_run.make(folder, pictures=10))
    config, stages = report_run.CONFIG, report_run.STAGES
    build(inputs, outputs(folder), SETTINGS, config, stages, folder / "benchmarks")
    return folder


@pytest.fixture(scope="module")
def page(run) -> Page:
    return Page((run / "report.html").read_text(encoding="utf-8"))


OVER = "over 12 words x 9 talkers"  # of the intervals


def test_each_source_s_numbers_stand_beside_chance_controls_and_its_own_voices(page):
    rows = [row for row in page.rows if row[:1] in (["Recognition"], ["Picture by human word"])]
    assert rows[:4] == [
        [
            *("Recognition", "R@1", "0.5 %", "10.0 %[9.0, 11.0]", "24.2 %[23.2, 25.2]"),
            *("0.8 %[-0.2, 1.8]", "24.8 %[23.8, 25.8]", "1,505 words", "40", OVER),
        ],
        [
            *("Recognition", "R@10", "2.0 %", "40.0 %[36.0, 44.0]", "97.0 %[93.0, 101.0]"),
            *("3.0 %[-1.0, 7.0]", "99.0 %[95.0, 103.0]", "1,505 words", "40", OVER),
        ],
        [
            *("Picture by human word", "R@1", "5.5 %", "5.0 %[4.0, 6.0]", "19.2 %[18.2, 20.2]"),
            *("5.2 %[4.2, 6.2]", "24.8 %[23.8, 25.8]", "100 pictures", "40", OVER),
        ],
        [
            *("Picture by human word", "R@10", "22.0 %", "20.0 %[16.0, 24.0]"),
            *("77.0 %[73.0, 81.0]", "21.0 %[17.0, 25.0]", "99.0 %[95.0, 103.0]"),
            *("100 pictures", "40", OVER),
        ],
    ]
    # The same again of the other source.
    assert [row[-2] for row in rows] == ["40"] * 4 + ["9"] * 4
    assert len([row for row in page.rows if row[:1] == ["Human word by picture"]]) == 4


def test_who_was_asked_and_what_was_left_out_is_counted(page):
    assert page.row("isle", "40") == ["3", "2", "4", "3"]
    assert page.row("shore", "9") == ["3", "unknown", "1", "0"]
    (row,) = [row for row in page.rows if row[0].startswith("this talker says captions")]
    assert row[1].startswith("1")
    assert "isle/c" in row[2]
    section = page.sections["human"]
    assert "means other words and other talkers" in section
    assert "the same words by synthetic voices" in section


def test_groups_stand_beside_the_same_words_of_its_own_voices(page):
    start = ("isle", "training pairs", "10–19", "Recognition")
    found = page.row(*start)
    assert found == ["20", OVER, "48.0 %[39.0, 57.0]", "2.0 %", "78.0 %", "8.0", "700.0"]
    found = page.row("isle", "talker", f"isle/{report_run.NASTY}", "Recognition")
    assert found[2:5] == ["35.0 %[26.0, 44.0]", "2.0 %", "65.0 %"]
    assert 'id="human-0-0-training-pairs"' in page_text(page)
    assert 'id="human-0-0-talker"' in page_text(page)


def page_text(page: Page) -> str:
    return " ".join(f'id="{attributes.get("id")}"' for _, attributes in page.tags)


def test_the_answer_and_the_summary_say_what_people_s_words_get(page, run):
    said = (
        "Human words: the word is among the 10 nearest of 1,505 known words in 40.0 %"
        " of queries (chance 2.0 %; own voices 97.0 %), above chance for 2 of 2 sources; a"
        " picture of it is among the 10 nearest of 100 test pictures in 20.0 % of queries (chance"
        " 22.0 %; own voices 77.0 %), above chance for 0 of 2 sources."
    )
    assert said in page.sections["answer"]
    assert ("a", {"href": "#human"}) in page.tags
    assert said in (run / "summary.md").read_text(encoding="utf-8")
    assert "evaluation.human names corpora" not in page.sections["answer"]


def test_the_page_lets_one_choose_a_human_word_where_there_are_some(tmp_path):
    for name, human in (("with", True), ("without", False)):
        (folder := tmp_path / name).mkdir()
        inputs = listen_run.make(folder)
        inputs = listen_run.with_human(folder, inputs) if human else inputs
        (folder / "report").mkdir()
        made = report_run.make(folder / "report", pictures=10) | listen_run.shown(folder, inputs)
        out = outputs(folder)
        build(made, out, SETTINGS, report_run.CONFIG, report_run.STAGES, folder / "none")
        page = Page(out.report.read_text(encoding="utf-8"))
        ids = {attributes.get("id") for _, attributes in page.tags}
        assert ("listen-human" in ids) == human
        assert ("Choose a human word" in page.sections["listen"]) == human


@pytest.mark.parametrize("synthetic", [True, False])
def test_without_human_words_synthetic_numbers_are_said_to_be_such(tmp_path, synthetic):
    inputs = report_run.make(tmp_path, pictures=10)
    config = {**report_run.CONFIG} | ({} if synthetic else {"synthesis": None})
    out = outputs(tmp_path)
    build(inputs, out, SETTINGS, config, report_run.STAGES, tmp_path / "benchmarks")
    page = Page(out.report.read_text(encoding="utf-8"))
    said = "Every number here is about synthetic voices"
    assert (said in page.sections["answer"]) == synthetic
    assert (said in out.summary.read_text(encoding="utf-8")) == synthetic
    assert "human" not in page.sections


def test_many_sources_are_a_range_in_one_sentence(tmp_path):
    inputs = report_run.with_human(tmp_path, report_run.make(tmp_path, pictures=10))
    results = Results.read(inputs["metrics"], inputs["differences"])
    isle = {key: value for key, value in results.values.items() if key[4] == "isle"}
    for n in range(4):
        results.values.update(
            {
                (*key[:4], f"more{n}", key[5]): dataclasses.replace(v, value=v.value - n)
                for key, v in isle.items()
            }
        )
    found = sentence(results, "paper")
    assert "known words in 37.0 to 40.0 % of queries (chance 2.0 %;" in found
    assert "above chance for 6 of 6 sources" in found
    assert len(found) < 330
