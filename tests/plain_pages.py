"""A person without a browser: pages are fetched, forms are read and sent as a browser without scripts would."""

import http.cookiejar
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

TIMEOUT_S = 30
Files = dict[str, tuple[str, str, bytes]]


@dataclass
class Form:
    """A form of a page: where it goes, and what it holds before anybody touches it."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.open_textarea = ""
        self.open_select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        have = dict(attributes)
        name, value = have.get("name") or "", have.get("value") or ""
        if tag == "form":
            self.found.append(Form(have.get("action") or ""))
        elif not self.found or "disabled" in have:
            return
        elif tag == "textarea":
            self.open_textarea = name
        elif tag == "select":
            self.open_select = name
        elif tag == "option" and self.open_select:
            if "selected" in have or self.open_select not in self.found[-1].values:
                self.found[-1].values[self.open_select] = value
        elif tag == "input" and name:
            kind = have.get("type") or "text"
            if kind not in {"file", "submit", "checkbox", "radio"} or "checked" in have:
                self.found[-1].values[name] = value

    def handle_data(self, data: str) -> None:
        if self.open_textarea:
            held = self.found[-1].values.get(self.open_textarea, "")
            self.found[-1].values[self.open_textarea] = (held + data).removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.open_textarea = ""
        elif tag == "select":
            self.open_select = ""


class PlainPages:
    """One person's cookies, and the page that lies open: its `url` and `html`."""

    def __init__(self, base_url: str) -> None:
        jar = http.cookiejar.CookieJar()
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(jar))
        self.base_url = base_url
        self.url = self.html = ""

    def open(self, path: str) -> str:
        return self._ask(Request(urljoin(self.base_url, path)))

    def form(self, *, to: str) -> Form:
        """The form of the open page whose action ends like this."""
        reader = _Forms()
        reader.feed(self.html)
        (form,) = [form for form in reader.found if urljoin(self.url, form.action).endswith(to)][:1]
        return form

    def send(self, *, to: str, files: Files | None = None, more: dict[str, str] | None = None, **values: str) -> str:
        """Fill in these fields of the form and send it; in `more` those whose name would be one of ours."""
        form = self.form(to=to)
        boundary = uuid.uuid4().hex
        body = b""
        for name, value in {**form.values, **values, **(more or {})}.items():
            body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, (file_name, kind, content) in (files or {}).items():
            head = f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"\r\nContent-Type: {kind}'
            body += f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"
        request = Request(urljoin(self.url, form.action), data=body + f"--{boundary}--\r\n".encode())
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        request.add_header("Referer", self.url)
        return self._ask(request)

    def _ask(self, request: Request) -> str:
        with self.opener.open(request, timeout=TIMEOUT_S) as answer:
            self.url, self.html = answer.url, answer.read().decode()
        return self.html
