"""A coordinator takes a list away, in a real browser: with the keyboard, on a laptop and on a tablet."""

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from guests.models import Export
from tests.browser.conftest import Opener
from tests.browser.scene import Scene

DESK: dict[str, Any] = {"has_touch": False, "is_mobile": False}


@pytest.mark.parametrize("width", [1280, 768])
def test_a_list_is_downloaded(scene: Scene, open_page: Opener, width: int) -> None:
    page = open_page(scene.ratna, "/admin/", **DESK, viewport={"width": width, "height": 800})
    page.get_by_role("link", name="Lists to take away").click()
    expect(page.get_by_role("heading", name="Arrivals and departures")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#guests ~ button").focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".xlsx")
    sheet = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    assert sheet is not None
    assert sheet.max_row == (Export.objects.get().rows or 0) + 1
