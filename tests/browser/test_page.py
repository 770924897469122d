"""What a reader does, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from browser.server import free_port, ingest, start, stop
from kb import messages

pytestmark = pytest.mark.browser


def results(page: Page) -> Locator:
    return page.locator(".kb-result")


def heading(page: Page) -> Locator:
    return page.locator("h2.kb-count")


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Wonach suchen Sie?")


def search(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Enter")


def checkbox(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=re.compile(f"^{name}, "))


def check(page: Page, name: str) -> None:
    page.locator("label", has=checkbox(page, name)).click()


def test_a_search_leads_to_results(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="Themen")).to_be_visible()

    search(page, "Kooperationsplan")

    expect(results(page).first).to_contain_text("Kooperationsplan")
    expect(page.locator("mark").first).to_be_visible()
    expect(page).to_have_title("Kooperationsplan – Handlungshilfen")
    assert page.url.endswith("/?q=Kooperationsplan")
    expect(field(page)).to_have_value("Kooperationsplan")
    expect(field(page)).to_be_focused()


def options(page: Page) -> Locator:
    return page.get_by_role("listbox").get_by_role("option")


def test_a_suggestion_is_chosen_by_keyboard_and_its_result_appears(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Kooperationsplan")
    expect(results(page).first).to_be_visible()
    page.evaluate("document.fonts.ready.then(() => true)")  # lines may break elsewhere with the page's own font
    before = results(page).first.bounding_box()

    field(page).fill("")
    field(page).press_sequentially("wohnungsverl")

    expect(field(page)).to_have_attribute("aria-expanded", "true")
    expect(options(page).first).to_contain_text("Wohnungsverlust")
    expect(options(page).first.locator("b")).to_have_text("Wohnungsverl")
    assert page.get_by_text(messages.n_suggestions(options(page).count()), exact=True).count() == 1
    assert results(page).first.bounding_box() == before

    field(page).press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    expect(field(page)).to_have_attribute("aria-activedescendant", options(page).first.get_attribute("id") or "")
    expect(field(page)).to_have_value("wohnungsverl")
    chosen = options(page).first.locator(".kb-suggestion").inner_text()
    field(page).press("Enter")

    expect(field(page)).to_have_value(chosen)
    expect(results(page).first).to_contain_text("Wohnungsverlust verhindern")
    expect(page).to_have_title(f"{chosen} – Handlungshilfen")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_the_arrows_go_round_and_escape_leaves_what_was_typed(page: Page, address: str) -> None:
    page.goto(address)
    field(page).press_sequentially("berat")
    expect(options(page).nth(1)).to_be_visible()

    field(page).press("ArrowUp")
    expect(options(page).last).to_have_attribute("aria-selected", "true")
    field(page).press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)
    expect(field(page)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    field(page).press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")

    field(page).press("Escape")
    expect(options(page)).to_have_count(0)
    expect(field(page)).to_have_value("berat")
    field(page).press("ArrowDown")
    expect(options(page).first).to_be_visible()
    field(page).press("Enter")  # nothing is chosen: what was typed is searched

    expect(page).to_have_url(f"{address}/?q=berat")
    expect(options(page)).to_have_count(0)


def test_a_suggestion_is_chosen_by_mouse_and_keeps_the_filters(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Kooperationsplan&art=arbeitshilfe&seite=2")
    expect(checkbox(page, "Arbeitshilfe")).to_be_checked()
    field(page).fill("")
    field(page).press_sequentially("mikrowelle besch")
    expect(options(page).nth(7)).to_be_visible()

    options(page).nth(2).click()

    expect(field(page)).to_have_value("Mikrowelle beschaffen, Teil 2")
    expect(page).to_have_url(re.compile(r"/\?q=Mikrowelle\+beschaffen%2C\+Teil\+2&art=arbeitshilfe$"))
    expect(options(page)).to_have_count(0)


def test_the_list_goes_with_the_focus_and_with_what_was_typed(page: Page, address: str) -> None:
    page.goto(address)
    field(page).press_sequentially("berat")
    expect(options(page).first).to_be_visible()
    field(page).press("Tab")
    expect(options(page)).to_have_count(0)

    field(page).press("End")
    page.keyboard.type("u")
    expect(options(page).first).to_be_visible()
    for _ in "beratu":
        field(page).press("Backspace")
    expect(options(page)).to_have_count(0)


def test_hostile_titles_are_suggested_as_text(page: Page, address: str) -> None:
    page.goto(address)
    field(page).press_sequentially("fiese zei")

    expect(options(page).first).to_contain_text("<script>window.boese = 1</script> Fiese Zeichen")
    assert page.evaluate("window.boese") is None


def test_suggestions_fit_on_a_phone_and_can_be_hit(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(address)
    field(page).press_sequentially("berat")
    expect(options(page).first).to_be_visible()

    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") == 320
    heights = options(page).evaluate_all("found => found.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 44


def test_a_filter_narrows_in_place_and_keeps_the_focus(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Kooperationsplan")
    expect(results(page).first).to_be_visible()
    before = heading(page).inner_text()

    check(page, "Arbeitshilfe")

    expect(page.get_by_role("link", name="Filter entfernen: Art Arbeitshilfe")).to_be_visible()
    expect(heading(page)).not_to_have_text(before)
    expect(checkbox(page, "Arbeitshilfe")).to_be_checked()
    expect(checkbox(page, "Arbeitshilfe")).to_be_focused()
    expect(page).to_have_url(re.compile("art=arbeitshilfe"))


def test_chips_remove_filters(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Kooperationsplan&art=arbeitshilfe&thema=beratung")
    expect(checkbox(page, "Arbeitshilfe")).to_be_checked()

    page.get_by_role("link", name="Filter entfernen: Thema Beratung").click()
    expect(page).not_to_have_url(re.compile("thema"))
    expect(checkbox(page, "Arbeitshilfe")).to_be_checked()

    page.get_by_role("link", name="Alle entfernen").click()
    expect(page).to_have_url(f"{address}/?q=Kooperationsplan")
    expect(checkbox(page, "Arbeitshilfe")).not_to_be_checked()


def test_the_second_page_starts_at_the_top_and_back_returns(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Mikrowelle")
    expect(heading(page)).to_have_text("14 Handlungshilfen")
    expect(results(page)).to_have_count(10)

    page.get_by_role("link", name="Weiter").click()

    expect(results(page)).to_have_count(4)
    expect(heading(page)).to_be_focused()
    expect(heading(page)).to_be_in_viewport()
    expect(page).to_have_title("Mikrowelle · Seite\u00a02 – Handlungshilfen")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0

    page.go_back()
    expect(results(page)).to_have_count(10)
    expect(page).to_have_title("Mikrowelle – Handlungshilfen")

    page.go_forward()
    expect(results(page)).to_have_count(4)
    page.reload()
    expect(results(page)).to_have_count(4)


def test_back_undoes_search_and_filter_step_by_step(page: Page, address: str) -> None:
    page.goto(address)
    search(page, "Kooperationsplan")
    expect(results(page).first).to_be_visible()
    check(page, "Arbeitshilfe")
    expect(page).to_have_url(re.compile("art=arbeitshilfe"))

    page.go_back()
    expect(checkbox(page, "Arbeitshilfe")).not_to_be_checked()
    expect(field(page)).to_have_value("Kooperationsplan")

    page.go_back()
    expect(page.get_by_role("heading", name="Themen")).to_be_visible()
    expect(field(page)).to_have_value("")

    search(page, "Schuldnerberatung")
    expect(page).to_have_title("Schuldnerberatung – Handlungshilfen")


def test_the_original_opens_at_its_page(page: Page, context: BrowserContext, address: str) -> None:
    page.goto(f"{address}/?q=Kooperationsplan&art=handlungshilfe")
    link = page.locator(".kb-result h3 a[target=_blank]").first
    href = link.get_attribute("href") or ""
    assert re.search(r"\.pdf#page=\d+$", href)

    with context.expect_page() as opened:
        link.click()

    expect(opened.value).to_have_url(f"{address}{href}")
    answer = context.request.get(f"{address}{href}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")


def test_a_word_file_is_saved(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Mikrowelle")

    with page.expect_download() as saved:
        page.locator(".kb-result h3 a").first.click()

    assert re.fullmatch(r"mikrowelle-\d\d\.docx", saved.value.suggested_filename)


def test_a_deep_link_shows_everything_it_names(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Kooperationsplan&thema=beratung.kooperationsplan&gueltigkeit=gilt")

    expect(field(page)).to_have_value("Kooperationsplan")
    expect(checkbox(page, "Kooperationsplan")).to_be_checked()
    expect(page.locator(".kb-chip")).to_have_count(2)


def test_nothing_found_offers_ways_that_lead_on(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=%22Mikrowelle+Raumfahrt%22")
    expect(heading(page)).to_have_text('Keine Treffer für: "Mikrowelle Raumfahrt"')
    box = page.locator(".st-key-treffer").bounding_box()
    assert box
    assert box["width"] > 1000  # nothing to filter: no column is kept free

    page.get_by_role("link", name=re.compile("^Ohne Anführungszeichen")).click()

    expect(results(page)).to_have_count(10)
    expect(field(page)).to_have_value("Mikrowelle Raumfahrt")


def test_what_was_meant_is_one_click_away(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Mikrowlele")
    expect(page.get_by_text(messages.MEANT)).to_be_visible()
    expect(results(page)).to_have_count(10)  # by the words most alike

    page.get_by_role("link", name="Mikrowelle", exact=True).click()

    expect(results(page)).to_have_count(10)
    expect(field(page)).to_have_value("Mikrowelle")
    expect(page.get_by_text(messages.MEANT)).to_have_count(0)


def test_hostile_text_is_text(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Schadtext")

    expect(results(page).locator("h3").first).to_contain_text("<script>window.boese = 1</script>")
    expect(page.locator(".kb-snippet").first).to_contain_text("<style>body{display:none}</style>")
    assert page.evaluate("window.boese") is None
    assert page.locator(".kb-result img, .kb-result form, .kb-result script").count() == 0


def test_slash_goes_to_the_field_and_is_typed_within_it(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Mikrowelle")
    expect(results(page).first).to_be_visible()

    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    page.keyboard.type("Hin/Rück")
    expect(field(page)).to_have_value(re.compile("Hin/Rück$"))  # behind or in place of what stood there

    page.goto(f"{address}/hilfe")
    expect(page.get_by_role("heading", name="So suchen Sie")).to_be_visible()
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()


def test_the_areas_are_reached_without_loading_anew(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="Themen")).to_be_visible()
    page.evaluate("window.isSame = true")

    page.get_by_role("link", name="Bestand").click()
    expect(page.get_by_role("heading", name="Bestand", level=1)).to_be_focused()
    expect(page).to_have_title("Bestand – Handlungshilfen")
    page.get_by_role("link", name="Hilfe", exact=True).click()
    expect(page.get_by_role("heading", name="So suchen Sie")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(f"{address}/bestand")
    page.get_by_role("link", name="Netzwerke und Kooperation").first.click()
    expect(page).to_have_url(f"{address}/?thema=netzwerke")
    expect(results(page).first).to_be_visible()
    assert page.evaluate("window.isSame") is True


def test_the_glossary_jumps_to_letters_and_leads_to_searches(page: Page, address: str) -> None:
    page.goto(f"{address}/fachwoerter")
    expect(page).to_have_title("Fachwörter – Handlungshilfen")
    expect(page.locator("#kooperationsplan")).not_to_be_in_viewport()

    page.get_by_role("navigation", name=messages.LETTERS).get_by_role("link", name="K", exact=True).click()
    expect(page.get_by_role("heading", name="K", exact=True)).to_be_in_viewport()

    page.locator("#kooperationsplan").get_by_role("link", name="Kooperationsvereinbarung").click()
    expect(page.locator("#kooperationsvereinbarung")).to_be_in_viewport()

    page.get_by_role("link", name="Suchen: Kooperationsplan").click()
    expect(page).to_have_url(f"{address}/?q=Kooperationsplan")
    expect(results(page).first).to_be_visible()


def test_words_are_looked_up_in_the_glossary(page: Page, address: str) -> None:
    page.goto(f"{address}/fachwoerter")
    field = page.get_by_label(messages.LOOK_UP_LABEL)

    field.fill("Chef")
    field.press("Enter")
    expect(page.get_by_role("heading", name="Chef", exact=True)).to_be_visible()
    expect(page.locator("#kooperationsplan")).to_have_count(0)

    field.fill("")
    field.press("Enter")
    expect(page.locator("#kooperationsplan")).to_have_count(1)


def test_an_address_leads_to_one_entry_of_the_glossary(page: Page, address: str) -> None:
    page.goto(f"{address}/fachwoerter#widerspruch")

    expect(page.locator("#widerspruch:target")).to_be_in_viewport()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") > 0


def test_the_page_says_what_it_is(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Kooperationsplan")
    expect(results(page).first).to_be_visible()

    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("search")).to_be_visible()
    expect(page.get_by_role("group", name="Thema")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(heading(page).inner_text())
    text = page.locator("body").inner_text() + " ".join(
        page.eval_on_selector_all("[aria-label]", "found => found.map(one => one.ariaLabel)")
    )
    for english in ("Search", "Press Enter", "Clear", "Skip to", "Running", ":small["):
        assert english not in text


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize(
    "path", ["/", "/?q=Kooperationsplan&art=arbeitshilfe", "/?q=%22Umzug+Mond%22", "/bestand", "/fachwoerter", "/hilfe"]
)
def test_narrow_windows_need_no_scrolling_sideways(page: Page, address: str, width: int, path: str) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(address + path)
    expect(page.locator(".kb-focus, .kb-start").first).to_be_visible()

    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") == width


def test_on_a_phone_results_come_first_and_filters_on_demand(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto(f"{address}/?q=Kooperationsplan")
    expect(heading(page)).to_be_in_viewport()
    button = page.get_by_role("button", name="Filter")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(checkbox(page, "Arbeitshilfe")).not_to_be_visible()

    button.click()
    check(page, "Arbeitshilfe")

    expect(page.get_by_role("button", name="Filter (1 gewählt)")).to_have_attribute("aria-expanded", "true")
    expect(checkbox(page, "Arbeitshilfe")).to_be_focused()
    too_low = page.eval_on_selector_all(
        ".kb-chip, .kb-filter-button, .st-key-filter label, .kb-header a, .kb-more summary, .kb-title a",
        "found => found.filter(one => one.getBoundingClientRect().height < 43.9).map(one => one.outerHTML)",
    )
    assert too_low == []


def test_print_shows_query_date_and_whole_addresses_only(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Kooperationsplan")
    expect(results(page).first).to_be_visible()

    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    expect(page.locator(".kb-print")).to_contain_text("Suche: Kooperationsplan")
    expect(field(page)).not_to_be_visible()
    expect(page.locator(".st-key-filter")).not_to_be_visible()
    link = page.locator(".kb-result h3 a").first
    assert (link.get_attribute("data-url") or "").startswith(f"{address}/original/")


def test_the_index_is_picked_up_without_a_restart(
    page: Page, source: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    own = environment | {"KB_INDEX": str(tmp_path / "index"), "PORT": str(free_port())}
    process = start(own, tmp_path)
    try:
        page.goto(f"http://127.0.0.1:{own['PORT']}/?q=Mikrowelle")
        expect(page.get_by_role("alert")).to_contain_text(messages.INDEX_COMMAND)

        ingest(own, tmp_path)

        expect(results(page)).to_have_count(10)
    finally:
        stop(process)


def test_a_page_of_which_a_part_could_not_be_fetched_is_loaded_anew(context: BrowserContext, address: str) -> None:
    page = context.new_page()  # not the fixture: the console names what could not be fetched
    missing = iter([True])
    page.route("**/static/js/TextInput*", lambda route: route.abort() if next(missing, False) else route.continue_())

    page.goto(f"{address}/?q=Kooperationsplan")

    expect(field(page)).to_have_value("Kooperationsplan")
    assert next(missing, None) is None, "it was fetched twice"


def test_the_first_search_after_a_restart_is_not_lost(
    context: BrowserContext, environment: dict[str, str], address: str, tmp_path: Path
) -> None:
    own = environment | {"PORT": str(free_port())}
    process = start(own, tmp_path)
    try:
        page = context.new_page()  # not the fixture: the console names every failed attempt to connect
        page.goto(f"http://127.0.0.1:{own['PORT']}/?q=Kooperationsplan")
        expect(results(page).first).to_be_visible()
        stop(process)
        expect(page.get_by_role("dialog")).to_contain_text("Keine Verbindung zum Server")

        process = start(own, tmp_path)
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.locator("[data-test-connection-state=CONNECTED]")).to_be_attached()
        search(page, "Mikrowelle")

        expect(heading(page)).to_have_text("14 Handlungshilfen")
        expect(field(page)).to_have_value("Mikrowelle")
    finally:
        stop(process)
