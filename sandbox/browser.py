"""A browser without a screen: cookies by domain, forms, redirects. Every host name is 127.0.0.1, as browsers have it for
`*.localhost` and glibc does not."""

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str]


@dataclass
class Page:
    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first of that name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str | None:
        """Where a redirect leads, in full."""
        target = self.header("Location")
        return urljoin(self.url, target) if target is not None and self.status in (301, 302, 303, 307, 308) else None

    def forms(self) -> list[Form]:
        reader = _FormReader(self.url)
        reader.feed(self.text)
        return reader.forms

    def form_with(self, name: str) -> Form:
        """The form that has a field of this name."""
        for form in self.forms():
            if name in form.fields:
                return form
        raise AssertionError(f"no form with a field {name!r} at {self.url} (status {self.status}):\n{self.text[:2000]}")


class _FormReader(HTMLParser):
    def __init__(self, url: str):
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self.open = False

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "form":
            self.forms.append(Form(urljoin(self.url, values.get("action") or self.url),
                                   (values.get("method") or "get").upper(), {}))
            self.open = True
        elif tag in ("input", "button") and self.open and values.get("name"):
            self.forms[-1].fields.setdefault(values["name"], values.get("value") or "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = False


@dataclass
class Cookie:
    name: str
    value: str
    host: str
    host_only: bool
    path: str
    attributes: dict[str, str] = field(default_factory=dict)

    def goes_to(self, host: str, path: str) -> bool:
        domain_fits = host == self.host or (not self.host_only and host.endswith("." + self.host))
        return domain_fits and path.startswith(self.path)


class Browser:
    def __init__(self, headers: dict[str, str] | None = None):
        self.headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "en",
                        "Sec-Fetch-Mode": "navigate", **(headers or {})}
        self.cookies: list[Cookie] = []

    def get(self, url: str, headers: dict[str, str] | None = None) -> Page:
        """One request; a redirect is not followed."""
        return self._request("GET", url, None, headers or {})

    def post(self, url: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Page:
        body = urlencode(fields).encode()
        return self._request("POST", url, body, {"Content-Type": "application/x-www-form-urlencoded",
                                                 **(headers or {})})

    def submit(self, form: Form, **fields: str) -> Page:
        """Sends a form with these fields filled in."""
        filled = {**form.fields, **fields}
        if form.method == "POST":
            return self.post(form.action, filled, {"Origin": _origin(form.action), "Sec-Fetch-Site": "same-origin"})
        return self.get(form.action + "?" + urlencode(filled))

    def follow(self, page: Page, most: int = 10) -> Page:
        """Follows redirects until there is none."""
        for _ in range(most):
            if page.location is None:
                return page
            page = self.get(page.location)
        raise AssertionError(f"more than {most} redirects, the last to {page.location}")

    def open(self, url: str) -> Page:
        return self.follow(self.get(url))

    def cookie(self, name: str) -> Cookie | None:
        return next((cookie for cookie in self.cookies if cookie.name == name), None)

    def _request(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Page:
        parts = urlsplit(url)
        assert parts.scheme == "http" and parts.hostname, f"not an address that this browser opens: {url}"
        path = parts.path or "/"
        sent = {"Host": parts.netloc, **self.headers, **headers}
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.cookies if c.goes_to(parts.hostname, path))
        if cookies:
            sent["Cookie"] = cookies
        connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=20)
        try:
            target = path + ("?" + parts.query if parts.query else "")
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            page = Page(url, response.status, response.getheaders(), response.read())
        finally:
            connection.close()
        for name, value in page.headers:
            if name.lower() == "set-cookie":
                self._keep(parts.hostname, value)
        return page

    def _keep(self, host: str, header: str) -> None:
        pair, *rest = header.split(";")
        name, _, value = pair.strip().partition("=")
        attributes = {key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in rest)}
        domain = attributes.get("domain", "").lstrip(".").lower()
        if domain and host != domain and not host.endswith("." + domain):
            return  # a cookie for somebody else's domain
        cookie = Cookie(name, value, domain or host, not domain, attributes.get("path") or "/", attributes)
        self.cookies = [c for c in self.cookies if (c.name, c.host, c.path) != (cookie.name, cookie.host, cookie.path)]
        if attributes.get("max-age") != "0" and value:
            self.cookies.append(cookie)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
