"""/docs in a browser: to read, and to try."""

import json
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import element_to_be_clickable
from selenium.webdriver.support.ui import WebDriverWait

from support.api import Api
from support.openapi import Document
from support.server import Server

PATIENCE_S = 60


class Page:
    def __init__(self, browser: webdriver.Chrome, server: Server):
        self.browser = browser
        self.server = server
        self.asked: list[str] = []
        browser.get(server.url + "/docs")

    def find(self, selector: str) -> WebElement:
        return WebDriverWait(self.browser, PATIENCE_S).until(lambda driver: driver.find_element(By.CSS_SELECTOR, selector))

    def click(self, selector: str) -> None:
        self.find(selector)
        WebDriverWait(self.browser, PATIENCE_S).until(element_to_be_clickable((By.CSS_SELECTOR, selector))).click()

    def addresses_asked(self) -> set[str]:
        """The hosts that the page has sent something to."""
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent" and message["params"]["documentURL"].startswith("http"):
                self.asked.append(message["params"]["request"]["url"])
        return {urlsplit(url).netloc for url in self.asked if not url.startswith("data:")}


@pytest.mark.embedded
def test_the_page_shows_every_operation_and_tries_one(browser: webdriver.Chrome, server: Server, user: Api, document: Document):
    page = Page(browser, server)
    page.find(".opblock")
    shown = {(block.get_attribute("id")) for block in browser.find_elements(By.CSS_SELECTOR, ".opblock")}
    operations = [(method, path) for path, of_path in document.content["paths"].items() for method in of_path]
    assert len(shown) == len(operations)

    page.click(".auth-wrapper .authorize")
    page.find(".auth-container input[aria-label='auth-bearer-value']").send_keys(user.access_token)
    page.click(".auth-container .auth.modal-btn.authorize")
    page.click(".modal-ux .close-modal")
    page.click("#operations-users-get_users_me_probe .opblock-summary-control")
    page.click("#operations-users-get_users_me_probe .execute")
    answer = page.find("#operations-users-get_users_me_probe .live-responses-table .response-col_description code")
    assert json.loads(answer.text) == {"force_pwd_change": False}

    assert page.addresses_asked() == {urlsplit(server.url).netloc}
    problems = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert not problems
