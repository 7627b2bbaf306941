"""A picture of every page as every role sees it, desktop and phone, for people to look at.

``python -m tests.shots http://127.0.0.1:8000`` walks a running demo and writes ``screenshots/``, which
is not kept.  It follows the links each role is offered, one page of each kind, and says which answered
with an error.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FOLDER = Path(__file__).resolve().parents[1] / "screenshots"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
MOST = 40  # pages of one role
KEY = re.compile(r"/\d+")


def main() -> int:
    """Take them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    options.add_argument("--only", default="", help="accounts that contain this")
    options.add_argument("--size", choices=SIZES, action="append")
    options.add_argument("--dark", action="store_true")
    options.add_argument("--english", action="store_true")
    chosen = options.parse_args()
    FOLDER.mkdir(exist_ok=True)
    wrong = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for account in accounts(browser, chosen.address):
            if chosen.only in account:
                for size in chosen.size or SIZES:
                    wrong += sum(walk(browser, chosen, account, size))
        browser.close()
    return 1 if wrong else 0


def accounts(browser: Browser, address: str) -> list[str]:
    """The people the demo's door offers."""
    page = browser.new_page()
    page.goto(f"{address}/sign-in")
    found = [b.get_attribute("value") or "" for b in page.locator(".people button").all()]
    page.close()
    return found


def walk(browser: Browser, options: argparse.Namespace, account: str, size: str) -> Iterator[int]:
    """One role's pages, each kind once; yields 1 for each that went wrong."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if options.dark else "light",
        is_mobile=size == "phone",
        has_touch=size == "phone",
    )
    page = signed_in(context, options.address, account)
    if options.english:
        page.locator('form[action="/language"] button').click()
    waiting, seen = ["/"], set()
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if kind(path) in seen:
            continue
        seen.add(kind(path))
        yield picture(page, options.address, path, account, size)
        waiting += [link for link in links(page) if kind(link) not in seen]
    context.close()


def signed_in(context: BrowserContext, address: str, account: str) -> Page:
    """A page with *account* signed in through the demo's door."""
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.locator(f'.people button[value="{account}"]').click()
    page.wait_for_load_state()
    return page


def picture(page: Page, address: str, path: str, account: str, size: str) -> int:
    """Take it; 1 if the page is an error, speaks in the console, or is wider than the screen."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    page.on("console", hear)
    try:
        answer = page.goto(address + path)
    except Error as problem:
        if "Download is starting" in problem.message:
            return 0
        raise
    page.remove_listener("console", hear)
    name = f"{account.replace('@', '-at-')}{kind(path).replace('/', '_')}.{size}.png"
    page.screenshot(path=FOLDER / re.sub(r"[^\w.@-]", "_", name), full_page=True)
    status = answer.status if answer else 0
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if status != 200 or said or wide > 0:
        too_wide = f"{wide} px too wide" if wide > 0 else ""
        print(account, size, path, status, "; ".join(said)[:200], too_wide)
        return 1
    return 0


def links(page: Page) -> list[str]:
    """The pages this one leads to, files left out."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    return [
        href
        for href in found
        if href.startswith("/") and "." not in urlsplit(href).path and not href.startswith("/sign-out")
    ]


def kind(path: str) -> str:
    """Pages that differ only in a key or a query are of one kind."""
    return KEY.sub("/n", urlsplit(path).path)


if __name__ == "__main__":
    sys.exit(main())
