"""A headless Chromium that is driven as a person drives it: keys that are pressed, texts that are read.

It speaks the browser's own protocol over a pair of pipes (``--remote-debugging-pipe``).
"""

import base64
import json
import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

#: The browser of this machine, None where there is none.
BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)

#: Keys whose name is not what they write: virtual key codes.
_CODES = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Escape": 27, "Enter": 13}


class Refused(Exception):
    """A command that the browser did not carry out, as while it goes to another page."""


class Browser:
    """One page in a browser of its own: ``with Browser(folder) as page``.

    Parameters
    ----------
    folder : Path
        For the browser's profile.
    size : (int, int)
        Of the window, pixels.
    """

    def __init__(self, folder, size=(1280, 800)):
        self._folder, self._size, self._asked = folder, size, 0

    def __enter__(self):
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
        ]
        flags += [
            f"--user-data-dir={self._folder}",
            "--no-first-run",
            "--remote-debugging-pipe",
            "about:blank",
        ]

        def descriptors():
            # The browser reads from 3 and writes to 4; copies first, since one may be the other's number.
            copies = os.dup(to_browser), os.dup(from_browser)
            os.dup2(copies[0], 3)
            os.dup2(copies[1], 4)

        self._process = subprocess.Popen(
            [BROWSER, *flags], preexec_fn=descriptors, close_fds=False, stderr=subprocess.DEVNULL
        )
        os.close(to_browser)
        os.close(from_browser)
        self._pipe, self._session = os.fdopen(self._read, "rb"), None
        self._rest = b""
        pages = self.ask("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in pages if each["type"] == "page")
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")
        self.resize(*self._size)
        return self

    def __exit__(self, *error):
        self._process.kill()
        self._process.wait()
        self._pipe.close()
        os.close(self._write)

    def ask(self, method, **parameters):
        """Send a command of the protocol and return its result; what happens meanwhile is passed over."""
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._rest:
                part = os.read(self._read, 1 << 16)
                assert part, "the browser has ended"
                self._rest += part
            line, _, self._rest = self._rest.partition(b"\0")
            answer = json.loads(line)
            if answer.get("id") == self._asked:
                if "error" in answer:
                    raise Refused(f"{method}: {answer['error']}")
                return answer["result"]

    def resize(self, width, height):
        """Set the size of the window, pixels."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def open(self, address):
        """Go to an address."""
        self.ask("Page.navigate", url=address)

    def reload(self):
        """Load the page again, as F5 does."""
        self.value("window.isBeforeReload = true")
        self.ask("Page.reload")
        self.wait("!window.isBeforeReload && document.readyState === 'complete'")

    def value(self, expression):
        """Return the value of an expression of JavaScript."""
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def text(self, selector):
        """Return the text that is shown in an element."""
        return self.value(f"document.querySelector({json.dumps(selector)})?.innerText")

    def wait(self, expression, seconds=30):
        """Wait until an expression is true; one that fails, as on a page that is being loaded, is not yet."""
        end = time.monotonic() + seconds
        while True:
            with suppress(Refused):
                if self.value(f"(() => {{ try {{ return !!({expression}) }} catch {{ return false }} }})()"):
                    return
            assert time.monotonic() < end, f"not so within {seconds} s: {expression}"

    def press(self, *keys):
        """Press keys one after the other: ``"1"``, ``"ArrowRight"``, ``"?"``."""
        for key in keys:
            text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
            code = {"windowsVirtualKeyCode": _CODES.get(key, ord(key[0].upper()))}
            self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **code, **text)
            self.ask("Input.dispatchKeyEvent", type="keyUp", key=key, **code)

    def write(self, text):
        """Write a text into what has the focus, key by key."""
        self.press(*text)

    def screenshot(self, path):
        """Write what is shown as PNG."""
        Path(path).write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))
