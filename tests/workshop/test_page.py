"""The page in a real browser: a short path always, the whole of it in `make test-system`."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlparse

import pytest
from in_browser import Watched, browser, server, watched
from playwright.sync_api import Browser

from sim.cli import main
from sim.workshop.controls import CONTROLS
from sim.workshop.lessons import ORDER, lesson
from sim.workshop.pages.free import PICTURES
from sim.workshop.pages.lesson import STEPS
from sim.workshop.words import LANGUAGES, words


@pytest.fixture(scope="module")
def address(cache_of_its_own: Path) -> Iterator[str]:
    """A running page."""
    with server(cache_of_its_own) as at:
        yield at


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    """A Chromium."""
    with browser() as one:
        yield one


@pytest.fixture
def screen(opened: Browser) -> Iterator[Watched]:
    """A page that must behave."""
    with watched(opened) as one:
        yield one


def go(screen: Watched, address: str, **state: str) -> None:
    """Open the page in a state."""
    screen.page.goto(f"{address}/?{urlencode(state)}")
    screen.settled()


def test_predict_then_reveal(screen: Watched, address: str) -> None:
    """The short path: story, guess by keyboard, answer with the guess drawn, a control moved, Russian, nothing outside."""
    go(screen, address, view="rouble")
    page = screen.page
    assert page.locator("h1").inner_text() == "The rouble of 2014"
    page.get_by_role("button", name="Next: Your guess").click()
    screen.settled()
    shown = page.locator('[data-testid="stSliderThumbValue"]').first
    before = int(shown.inner_text())
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => location.search.includes('guess={before + 5}')", timeout=60_000)
    assert int(shown.inner_text()) == before + 5
    page.get_by_role("button", name="Next: The model").click()
    screen.settled()
    told = page.locator(".said").inner_text()
    assert re.search(r"The model says −\d+ per cent; between −\d+ and −\d+ in 9 of 10 runs\.", told)
    assert f"guess={before + 5}" in page.url
    assert page.locator('[data-testid="stVegaLiteChart"]').count() == 2
    page.get_by_role("button", name="Next: Try it").click()
    screen.settled()
    said = page.locator(".said").inner_text()
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(old) => document.querySelector('.said')?.innerText !== old", arg=said, timeout=60_000)
    go(screen, address, view="rouble", step="answer", guess="-20", lang="ru")
    assert page.locator("h1").inner_text() == "Рубль 2014 года"
    assert "Модель говорит: −" in page.locator(".said").inner_text()


def test_only_this_machine_is_served(address: str) -> None:
    """No address of the machine but the loopback answers."""
    port = urlparse(address).port
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for other in others - {"127.0.0.1"}:
        if other.startswith("127."):
            continue
        with socket.socket() as tried:
            tried.settimeout(2)
            assert tried.connect_ex((other, port)) != 0
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    entries = [line.split()[1] for line in listening.splitlines() if f":{port:04X} " in line and " 0A " in line]
    assert entries and all(entry.startswith("0100007F:") for entry in entries)


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("port=80", "port is '80'. Allowed: a whole number, 1024 to 65535."),
        ("address=example", "address is 'example'. Allowed: an IP address"),
        ("language=de", "language is 'de', which is no language"),
        ("prot=8601", "prot is not a key. Nearest: port"),
        ("browser=maybe", "browser is 'maybe'. Allowed: true or false."),
    ],
)
def test_a_wrong_word_is_one_line(argument: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and what would be right."""
    assert main(["workshop", argument]) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1


@pytest.mark.system
@pytest.mark.parametrize("picture", PICTURES)
def test_every_picture_by_its_link(screen: Watched, address: str, picture: str) -> None:
    """The first thing on a page: a chart may begin without data there, and must not complain of it."""
    go(screen, address, view="free", picture=picture, a="ban_months=0&luck=1&runs=5", origin="TJK", year="2016")
    screen.page.wait_for_timeout(1000)
    assert screen.page.locator('[data-testid="stAlert"]').count() == 0


@pytest.mark.system
@pytest.mark.parametrize("name", ORDER)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_step_of_every_lesson(screen: Watched, address: str, name: str, language: str) -> None:
    """By the buttons, from story to finding; no failure on any screen."""
    told = words(language)
    go(screen, address, view=name, lang=language)
    page = screen.page
    for step in STEPS[1:]:
        page.get_by_role("button", name=told("button.next", step=told(f"lesson_step.{step}"))).click()
        screen.settled()
        page.wait_for_function(f"() => location.search.includes('step={step}')", timeout=20_000)
        assert page.locator('[data-testid="stAlert"]').count() == 0
    assert told("finding.sources") in page.content()


@pytest.mark.system
@pytest.mark.parametrize("name", ORDER)
def test_every_control_of_every_lesson_moves(screen: Watched, address: str, name: str) -> None:
    """By keyboard; each move ends in a sentence."""
    go(screen, address, view=name, step="try")
    page = screen.page
    sliders = page.locator('[data-testid="stSlider"]').get_by_role("slider")
    assert sliders.count() == len(lesson(name).controls)
    for index in range(sliders.count()):
        address_before = page.url
        sliders.nth(index).focus()
        at_end = sliders.nth(index).input_value() == sliders.nth(index).get_attribute("max")
        page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
        page.wait_for_function("(old) => location.href !== old", arg=address_before, timeout=60_000)
        screen.settled()
        assert page.locator(".said").count() == 1
        assert page.locator('[data-testid="stAlert"]').count() == 0


@pytest.mark.system
def test_every_control_of_free_play_moves(screen: Watched, address: str) -> None:
    """All twelve, and the link tells where they stand; a reload restores them."""
    go(screen, address, view="free", picture="abroad", a="permits=50000&campaign=20000&luck=1&runs=5")
    page = screen.page
    for closed in ("Openings and help", "Luck and uncertainty"):
        page.get_by_text(closed, exact=True).click()
        page.wait_for_timeout(400)
    sliders = page.locator('[data-testid="stExpander"] [data-testid="stSlider"]').get_by_role("slider")
    assert sliders.count() == len(CONTROLS)
    for index in range(sliders.count()):
        before = page.url
        sliders.nth(index).focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("(old) => location.href !== old", arg=before, timeout=60_000)
        screen.settled()
        assert page.locator('[data-testid="stAlert"]').count() == 0
    told, link = page.locator(".said").inner_text(), page.url
    page.reload()
    screen.settled()
    assert page.url == link
    assert page.locator(".said").inner_text() == told


@pytest.mark.system
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_on_screen(screen: Watched, address: str, language: str) -> None:
    """Interface and numbers, chosen from the list."""
    go(screen, address, view="free", picture="money", a="ban_months=0&luck=1&runs=5")
    page = screen.page
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name=words(language)("language.name")).click()
    page.wait_for_function(f"() => location.search.includes('lang={language}')", timeout=20_000)
    screen.settled()
    assert page.locator("h1").inner_text() == words(language)("free.title")
    assert words(language)("picture.money") in page.locator(".said").inner_text()


@pytest.mark.system
def test_the_map_plays_pauses_and_scrubs(screen: Watched, address: str) -> None:
    """Month by month, and by keyboard."""
    go(screen, address, view="free", picture="map", a="rouble=0&luck=1&runs=5")
    frame = screen.page.frame_locator("iframe")
    month, play = frame.locator("output"), frame.locator("button")
    assert month.inner_text() == "January 2013"
    width = frame.locator("path").first.get_attribute("stroke-width")
    play.click()
    screen.page.wait_for_timeout(2500)
    assert month.inner_text() != "January 2013"
    assert frame.locator("path").first.get_attribute("stroke-width") != width
    play.click()
    held = month.inner_text()
    screen.page.wait_for_timeout(1200)
    assert month.inner_text() == held
    frame.locator("input").focus()
    screen.page.keyboard.press("End")
    assert month.inner_text() == "December 2017"


@pytest.mark.system
def test_a_household_in_both_worlds(screen: Watched, address: str) -> None:
    """Another one is picked, and told in two columns."""
    go(screen, address, view="ban", step="household")
    page = screen.page
    charts = page.locator('[data-testid="stVegaLiteChart"]')
    assert charts.count() == 2
    first = page.locator("ul.events").last.inner_text()
    page.get_by_role("combobox").last.click()
    page.get_by_role("option").nth(3).click()
    page.wait_for_function(
        "(old) => [...document.querySelectorAll('ul.events')].pop().innerText !== old", arg=first, timeout=60_000
    )
    screen.settled()
    assert page.locator('[data-testid="stAlert"]').count() == 0


@pytest.mark.system
def test_taken_away_sheet_and_scenario(screen: Watched, address: str, opened: Browser, tmp_path: Path) -> None:
    """The sheet stands alone; the file gives the page's digests in `sim run`, and restores the page."""
    go(screen, address, view="free", picture="abroad", a="ban_months=24&luck=3&runs=5", origin="TJK", year="2016")
    page = screen.page
    page.get_by_role("paragraph").filter(has_text="Take it away").click()
    page.wait_for_timeout(500)
    paths = {}
    for button, suffix in (("One page to print", "html"), ("The scenario file", "yaml")):
        with page.expect_download(timeout=60_000) as waiting:
            page.get_by_role("button", name=button).click()
        paths[suffix] = tmp_path / f"workshop.{suffix}"
        waiting.value.save_as(paths[suffix])
    digests = page.locator("code").all_inner_texts()
    assert main(["run", f"scenario={paths['yaml']}", f"output={tmp_path / 'run'}"]) == 0
    run = json.loads((tmp_path / "run" / "run.json").read_text())
    assert [run["scenario_digest"], run["digest"]] == digests[:2]
    with watched(opened) as alone:
        alone.page.goto(paths["html"].as_uri())
        assert alone.page.locator("img").count() >= 3
        assert digests[0] in alone.page.content()
        assert "<script" not in paths["html"].read_text()
    go(screen, address, view="free")
    page.get_by_text("Open a scenario file", exact=True).click()
    page.set_input_files('input[type="file"]', str(paths["yaml"]))
    page.get_by_role("button", name="Restore the page").click()
    page.wait_for_function("() => location.search.includes('ban_months%3D24')", timeout=60_000)


@pytest.mark.system
def test_exported_lessons_work_from_a_double_click(opened: Browser, tmp_path: Path) -> None:
    """Every step and control of every lesson, from file://, within 15 MB each."""
    command = [str(Path(sys.executable).with_name("sim")), "workshop", "export", f"output={tmp_path}"]
    subprocess.run(command, check=True)
    for name in ORDER:
        path = tmp_path / f"{name}.html"
        assert path.stat().st_size <= 15_000_000
        with watched(opened) as one:
            page = one.page
            page.goto(path.as_uri())
            page.locator("#languages button[lang=en]").click()
            for step in ("story", "guess", "answer", "try", "finding"):
                page.locator(f"[data-step={step}]").click()
                if step != "finding":
                    page.wait_for_selector(".chart svg")
            page.locator("[data-step=try]").click()
            for control in lesson(name).controls:
                slider = page.locator(f"[data-control={control}]")
                said = page.locator(".said").inner_text()
                slider.focus()
                page.keyboard.press("End")
                page.keyboard.press("Home")
                page.keyboard.press("ArrowRight")
                assert page.locator(".said").inner_text() != "" and said != ""
            for picture in ("map", *lesson(name).pictures):
                page.locator(f"[data-picture={picture}]").click()
                page.wait_for_selector("#shown svg")
            page.locator("#languages button[lang=ru]").click()
            assert page.locator("h1").inner_text() == words("ru")(f"lesson.{name}.title")
