"""Drives a headless Chromium through its debugging protocol, with Python's standard library alone.

Messages are JSON that ends with a zero byte, over two pipes (--remote-debugging-pipe: Chromium reads
descriptor 3 and writes descriptor 4), so no port is opened and no WebSocket is spoken. One thread:
every call sends a command and handles what arrives until its answer does. Whatever a page must not do
(fetch anything but itself, break its content security policy, log an error, throw) is gathered in
page.faults. Nothing sleeps for a fixed time: wait() polls a condition.
"""

import base64
import json
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

PROGRAMS = ("chromium", "chromium-headless-shell", "google-chrome")
DEADLINE_S = 120  # for one answer or condition: a hanging browser, not a slow machine
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-features=Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-default-browser-check",
    "--remote-debugging-pipe",
)
KEYS = {  # name: (code, virtual key, text)
    "Tab": ("Tab", 9, ""),
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    " ": ("Space", 32, " "),
    "End": ("End", 35, ""),
    "Home": ("Home", 36, ""),
    "ArrowLeft": ("ArrowLeft", 37, ""),
    "ArrowUp": ("ArrowUp", 38, ""),
    "ArrowRight": ("ArrowRight", 39, ""),
    "ArrowDown": ("ArrowDown", 40, ""),
    "Delete": ("Delete", 46, ""),
    "Backspace": ("Backspace", 8, ""),
}
MODIFIERS = {"alt": 1, "ctrl": 2, "meta": 4, "shift": 8}


class BrowserError(Exception):
    """The browser or the script in a page failed."""


def find_program():
    """The path of a Chromium, or None."""
    for name in PROGRAMS:
        path = shutil.which(name)
        if path:
            return path
    return None


class Browser:
    """A running Chromium with an empty profile of its own."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="dse-browser-")
        self.downloads = os.path.join(self.home, "downloads")
        os.mkdir(self.downloads)
        self.pages = {}  # session id: Page
        self.last_id = 0
        self.answers = {}
        self.waiting = set()
        self.rest = b""
        command_read, self.command = os.pipe()
        self.events, event_write = os.pipe()
        self.process = self._start(command_read, event_write)
        os.close(command_read)
        os.close(event_write)
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=self.downloads,
                  eventsEnabled=True)
        self.call("Browser.grantPermissions",
                  permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])

    def _start(self, command_read, event_write):
        program = find_program()
        if program is None:
            raise BrowserError("no Chromium: apt-get install chromium")

        def descriptors():  # 3 and 4 may be in use: first out of their way
            command, event = os.dup(command_read), os.dup(event_write)
            while command < 5:
                command = os.dup(command)
            while event < 5:
                event = os.dup(event)
            os.dup2(command, 3)
            os.dup2(event, 4)

        environment = dict(os.environ, HOME=self.home, XDG_CONFIG_HOME=self.home,
                           XDG_CACHE_HOME=self.home, TZ="UTC", LANG="C.UTF-8")
        profile = "--user-data-dir=" + os.path.join(self.home, "profile")
        self.log = open(os.path.join(self.home, "log"), "wb")
        return subprocess.Popen(
            [program, *FLAGS, profile, "about:blank"], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, close_fds=False, preexec_fn=descriptors, start_new_session=True,
            env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the browser, by force if it does not end itself, and deletes its profile."""
        try:
            self.call("Browser.close")
            self.process.wait(timeout=20)
        except (BrowserError, OSError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        for descriptor in (self.command, self.events):
            os.close(descriptor)
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def send(self, method, session=None, **params):
        """Sends a command and does not wait. Returns its number."""
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.command, data):]
        return self.last_id

    def call(self, method, session=None, **params):
        """Sends a command and returns its result."""
        number = self.send(method, session, **params)
        self.waiting.add(number)
        deadline = time.monotonic() + DEADLINE_S
        while number not in self.answers:
            if not self.handle(deadline - time.monotonic()):
                raise BrowserError(f"{method}: no answer in {DEADLINE_S} s")
        answer = self.answers.pop(number)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error'].get('message')}")
        return answer.get("result", {})

    def handle(self, seconds):
        """Handles the messages that arrive in this time or are there; False if none did."""
        if not select.select([self.events], [], [], max(seconds, 0))[0]:
            return False
        data = os.read(self.events, 1 << 20)
        if not data:
            raise BrowserError("the browser ended: " + self.last_words())
        *messages, self.rest = (self.rest + data).split(b"\0")
        for message in messages:
            self._dispatch(json.loads(message))
        return True

    def last_words(self):
        with open(self.log.name, "rb") as log:
            return log.read()[-2000:].decode(errors="replace")

    def _dispatch(self, message):
        if "id" in message:
            if message["id"] in self.waiting:
                self.waiting.discard(message["id"])
                self.answers[message["id"]] = message
            return
        page = self.pages.get(message.get("sessionId"))
        if page:
            page.event(message["method"], message["params"], message["sessionId"])
        elif message["method"] == "Browser.downloadProgress":
            state = message["params"]["state"]
            for page in set(self.pages.values()):  # workers have sessions of their own
                page.downloads += state == "completed"

    def cpu_s(self):
        """CPU time of the processes of the browser, with those that have ended (Linux)."""
        ticks = 0
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8") as file:
                    stat = file.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(stat[3]) == self.process.pid:  # its session
                ticks += sum(int(one) for one in stat[11:15])  # own, and of children that have ended
        return ticks / os.sysconf("SC_CLK_TCK")

    def open(self, path=None, width=1280, height=900, watched=True, **media):
        """A new page: of a file, when that is loaded, or an empty one. Without watching it for faults
        it is not slowed down."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, target, session)
        self.pages[session] = page
        page.prepare(watched)
        page.size(width, height)
        page.media(**media)
        if path:
            page.open(path)
        return page


class Page:
    """One tab."""

    def __init__(self, browser, target, session):
        self.browser = browser
        self.target = target
        self.session = session
        self.url = None
        self.requests = []  # every request, the page's own too
        self.faults = []  # what a page must not do, as sentences
        self.downloads = 0
        self.loaded = False
        self.mouse = (0, 0)

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def prepare(self, watched):
        self.call("Page.enable")
        if not watched:
            return
        for domain in ("Runtime", "Log", "Network", "Audits", "Performance"):
            self.call(domain + ".enable")
        self.call("Fetch.enable", patterns=[{"urlPattern": "*"}])
        # Workers wait until their errors are heard too.
        self.call("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True)

    def event(self, method, params, session):
        """Called for every event of the page and its workers."""
        if method == "Fetch.requestPaused":
            self._request(params, session)
        elif method == "Network.webSocketCreated":
            self.faults.append("opened a WebSocket: " + params["url"])
        elif method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            thrown = details.get("exception", {}).get("description", details["text"])
            self.faults.append("threw: " + thrown)
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            words = [str(a.get("value", a.get("description"))) for a in params["args"]]
            self.faults.append(f"console.{params['type']}: " + " ".join(words))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.faults.append("logged: " + params["entry"]["text"])
        elif method == "Audits.issueAdded":
            if params["issue"]["code"] == "ContentSecurityPolicyIssue":
                details = params["issue"]["details"]["contentSecurityPolicyIssueDetails"]
                self.faults.append("broke its content security policy: " + json.dumps(details))
        elif method == "Target.attachedToTarget":
            self._attach(params["sessionId"])
        elif method == "Target.detachedFromTarget":
            self.browser.pages.pop(params["sessionId"], None)

    def _attach(self, session):
        self.browser.pages[session] = self
        for command in ("Runtime.enable", "Log.enable", "Network.enable",
                        "Runtime.runIfWaitingForDebugger"):
            self.browser.send(command, session)

    def _request(self, params, session):
        url = params["request"]["url"]
        self.requests.append(url)
        if url.split("?")[0] == self.url or url.startswith(("data:", "blob:")):
            self.browser.send("Fetch.continueRequest", session, requestId=params["requestId"])
        else:
            self.faults.append("requested " + url)
            self.browser.send("Fetch.failRequest", session, requestId=params["requestId"],
                              errorReason="BlockedByClient")

    def open(self, path, query=""):
        self.url = "file://" + os.path.abspath(path)
        self.loaded = False
        failed = self.call("Page.navigate", url=self.url + query).get("errorText")
        if failed:
            raise BrowserError(f"{path}: {failed}")
        deadline = time.monotonic() + DEADLINE_S
        while not self.loaded:
            if not self.browser.handle(deadline - time.monotonic()):
                raise BrowserError(f"{path}: not loaded in {DEADLINE_S} s")

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
        self.browser.pages.pop(self.session, None)

    # Script

    def js(self, expression, *arguments):
        """The value of an expression, in which $0, $1 ... stand for the arguments."""
        expression = re.sub(r"\$(\d)", lambda at: json.dumps(arguments[int(at[1])]), expression)
        result = self.call("Runtime.evaluate", expression=f"({expression})", returnByValue=True,
                           awaitPromise=True, userGesture=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def wait(self, expression, *arguments, what=None):
        """Polls until the expression is true; returns its value."""
        deadline = time.monotonic() + DEADLINE_S
        while True:
            value = self.js(expression, *arguments)
            if value:
                return value
            if time.monotonic() > deadline:
                raise BrowserError(f"never became true: {what or expression}")
            self.browser.handle(0.02)

    def frame(self):
        """Waits until what was changed has been laid out and drawn."""
        self.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    # Elements: by CSS selector, of which the first match counts

    def count(self, selector):
        return self.js("document.querySelectorAll($0).length", selector)

    def text(self, selector):
        """The text that a person sees in it."""
        return self.js("(e => e && (e.innerText ?? e.textContent))(document.querySelector($0))",
                       selector)

    def texts(self, selector):
        return self.js("[...document.querySelectorAll($0)].map(e => e.innerText ?? e.textContent)",
                       selector)

    def box(self, selector):
        """Scrolls to an element; its rectangle in the window as x, y, width, height."""
        box = self.js("""(e => { if (!e) return null;
            e.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
            const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })
            (document.querySelector($0))""", selector)
        if box is None:
            raise BrowserError(f"no element {selector}")
        return box

    def middle(self, selector):
        x, y, width, height = self.box(selector)
        return x + width / 2, y + height / 2

    # Mouse and keys, as the operating system would send them

    def _mouse(self, kind, x, y, button="none", buttons=0, clicks=0, modifiers=0):
        self.mouse = (x, y)
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, buttons=buttons,
                  clickCount=clicks, modifiers=modifiers)

    def move(self, x, y):
        """Moves the mouse in two steps, so that elements see it enter and move."""
        self._mouse("mouseMoved", (self.mouse[0] + x) / 2, (self.mouse[1] + y) / 2)
        self._mouse("mouseMoved", x, y)
        self.frame()

    def hover(self, selector):
        self.move(*self.middle(selector))

    def click_at(self, x, y, clicks=1, modifier=None):
        bits = MODIFIERS.get(modifier, 0)
        self._mouse("mouseMoved", x, y, modifiers=bits)
        for n in range(1, clicks + 1):
            self._mouse("mousePressed", x, y, "left", 1, n, bits)
            self._mouse("mouseReleased", x, y, "left", 0, n, bits)
        self.frame()

    def click(self, selector, **how):
        self.click_at(*self.middle(selector), **how)

    def drag(self, x0, y0, x1, y1, steps=8):
        self._mouse("mouseMoved", x0, y0)
        self._mouse("mousePressed", x0, y0, "left", 1, 1)
        for i in range(1, steps + 1):
            self._mouse("mouseMoved", x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps, "left", 1)
        self._mouse("mouseReleased", x1, y1, "left", 0, 1)
        self.frame()

    def wheel(self, x, y, delta, modifier=None):
        self._mouse("mouseMoved", x, y)
        self.call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=delta,
                  modifiers=MODIFIERS.get(modifier, 0))
        self.frame()

    def key(self, name, modifier=None):
        code, virtual, text = KEYS.get(name, ("Key" + name.upper(), ord(name[0].upper()), name))
        bits = MODIFIERS.get(modifier, 0)
        if bits & ~MODIFIERS["shift"]:
            text = ""
        kind = "keyDown" if text else "rawKeyDown"
        common = {"key": name, "code": code, "windowsVirtualKeyCode": virtual, "modifiers": bits}
        self.call("Input.dispatchKeyEvent", type=kind, text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)
        self.frame()

    def type(self, text):
        self.call("Input.insertText", text=text)
        self.frame()

    def choose(self, selector, value):
        """Chooses an option of a <select>, as its menu would."""
        found = self.js("""(e => { const o = e && [...e.options].find(o => o.value === $1 ||
            o.text === $1); if (!o) return false; e.value = o.value;
            for (const kind of ['input', 'change']) e.dispatchEvent(new Event(kind, {bubbles: true}));
            return true; })(document.querySelector($0))""", selector, value)
        if not found:
            raise BrowserError(f"{selector} has no option {value}")
        self.frame()

    # The window

    def size(self, width, height=900, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=scale, mobile=False)

    def media(self, kind="", **features):
        """media(), media('print'), media(prefers_color_scheme='dark', prefers_reduced_motion='reduce')"""
        self.call("Emulation.setEmulatedMedia", media=kind, features=[
            {"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def screenshot(self, path, selector=None, window=False, quality=None):
        """Writes the whole page, one element or the window as PNG, JPEG or WebP, by the file's name."""
        kind = {"jpg": "jpeg"}.get(path.rsplit(".", 1)[1], path.rsplit(".", 1)[1])
        params = {"format": kind, "captureBeyondViewport": not window}
        if kind != "png":
            params["quality"] = 80 if quality is None else quality
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        if selector:
            self.box(selector)
            size = self.js("""(r => ({x: r.x + scrollX, y: r.y + scrollY, width: r.width,
                height: r.height}))(document.querySelector($0).getBoundingClientRect())""", selector)
        if not window:
            params["clip"] = dict(size, scale=1)
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", **params)["data"]))

    def pdf(self, path, **options):
        """Prints to PDF (A4, with backgrounds); measures are in inches."""
        params = {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69,
                  "preferCSSPageSize": True, "transferMode": "ReturnAsBase64", **options}
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.printToPDF", **params)["data"]))

    def clipboard(self):
        self.call("Page.bringToFront")
        return self.js("navigator.clipboard.readText()")

    def download(self, act):
        """Calls act, waits until the download that it starts is complete; name and text of the file."""
        before, known = self.downloads, set(os.listdir(self.browser.downloads))
        act()
        deadline = time.monotonic() + DEADLINE_S
        while self.downloads == before:
            if not self.browser.handle(deadline - time.monotonic()):
                raise BrowserError("nothing was downloaded")
        name = (set(os.listdir(self.browser.downloads)) - known).pop()
        with open(os.path.join(self.browser.downloads, name), encoding="utf-8", newline="") as file:
            return name, file.read()

    def metrics(self):
        """Chromium's counters: TaskDuration, ScriptDuration, JSHeapUsedSize ..."""
        return {m["name"]: m["value"] for m in self.call("Performance.getMetrics")["metrics"]}
