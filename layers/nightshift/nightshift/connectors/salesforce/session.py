"""Authorised requests: logs in when the first one is made, and once more where Salesforce says 401."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from nightshift.connectors import Log
from nightshift.connectors.salesforce.answers import Usage, error_of, read_usage
from nightshift.connectors.salesforce.auth import Credentials, CredentialSource
from nightshift.errors import TryLaterError, UpstreamError
from nightshift.http import Client, Response

VERSION = "v60.0"
DATA = f"/services/data/{VERSION}"
_TOKEN_PATH = "/services/oauth2/token"  # noqa: S105
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TOKEN = re.compile(r"[\w.!~+/=-]+", re.ASCII)
_PASSING = frozenset({"rate_limit_exceeded", "server_error", "temporarily_unavailable"})
_NEARLY_ALL = 0.9


class Session:
    """Requests to one org in one run. A run that asks nothing does not even log in.

    `usage` is what the last answer said of the org's requests. A warning says once when it nears its limit.
    """

    def __init__(
        self, client: Client, url: str, credentials: CredentialSource, log: Log, now: Callable[[], datetime]
    ) -> None:
        self.client = client
        self.usage: Usage | None = None
        self._url = url
        self._source = credentials
        self._log = log
        self._now = now
        self._authorization = ""
        self._has_warned = False

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool | None = None,
    ) -> Response:
        """As `http.Client.request`; `path` begins at the org's root.

        A 401 comes before anything is done, so what it answers is sent again, whatever it is. Raises
        UpstreamError where Salesforce refuses the credentials or forbids the request, and TryLaterError where
        the org's requests are used up.
        """
        if not self._authorization:
            self._log_in(fresh=False)
        is_renewed = False
        while True:
            answer = self.client.request(
                method,
                path,
                query=query,
                body=body,
                headers={**(headers or {}), "authorization": self._authorization},
                idempotent=idempotent,
            )
            self._note_usage(answer)
            if answer.status == 403:
                raise error_of(answer)
            if answer.status != 401:
                return answer
            if is_renewed:
                raise error_of(answer)
            self._log_in(fresh=True)
            is_renewed = True

    def _log_in(self, *, fresh: bool) -> None:
        """Get a token; where refused credentials may have been rotated, once more with fresh ones."""
        credentials = self._source.load(fresh)
        answer = self._ask_for_token(credentials)
        if _is_refusal(answer) and self._source.is_renewable and not fresh:
            credentials = self._source.load(True)
            answer = self._ask_for_token(credentials)
        if answer.status != 200:
            raise _log_in_error(answer, credentials)
        token = self._token(answer)
        self.client.redactor.hide(token)
        self._authorization = f"Bearer {token}"

    def _ask_for_token(self, credentials: Credentials) -> Response:
        if credentials.has_key:
            from nightshift.connectors.salesforce.assertion import make_assertion  # only those with keys pay

            assertion = make_assertion(credentials, self._url, self._now())
            form = {"grant_type": _JWT_BEARER, "assertion": assertion}
            self.client.redactor.hide(assertion)
        else:
            form = {
                "grant_type": "client_credentials",
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
            }
            self.client.redactor.hide(credentials.client_secret)
        return self.client.request(
            "POST",
            _TOKEN_PATH,
            body=urlencode(form).encode(),
            headers={"content-type": "application/x-www-form-urlencoded"},
            idempotent=True,
        )

    def _token(self, answer: Response) -> str:
        """The token of a log-in. It is good for the host that a person named and is sent to no other."""
        value: object = answer.json()
        token = value.get("access_token") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise answer.error("no usable token after the log-in")
        instance = value.get("instance_url")
        if isinstance(instance, str) and _host(instance) != _host(self._url):
            named = self.client.redactor.clean_url(instance)
            raise answer.error(f"another address for the org: set SALESFORCE_URL to {named}")
        return token

    def _note_usage(self, answer: Response) -> None:
        self.usage = read_usage(answer) or self.usage
        if self.usage and self.usage.share >= _NEARLY_ALL and not self._has_warned:
            self._has_warned = True
            self._log.warning(
                f"Salesforce has answered {self.usage.used} of the {self.usage.allowed} requests that the "
                "org may have in 24 hours, all of its users together"
            )


def _is_refusal(answer: Response) -> bool:
    return answer.status in (400, 401, 403) and _oauth_error(answer)[0] not in _PASSING


def _log_in_error(answer: Response, credentials: Credentials) -> UpstreamError | TryLaterError:
    code, description = _oauth_error(answer)
    reason = f"{code}: {description}" if description else code
    if code in _PASSING:
        return TryLaterError(f"{answer.service} takes no log-in for now ({reason}); a later run tries again")
    return answer.error(
        f"{answer.status}: it does not accept the credentials of {credentials.where} ({reason}); check the "
        "values, and that the app is allowed this way to log in"
    )


def _oauth_error(answer: Response) -> tuple[str, str]:
    value: object = answer.json()
    parts = (value.get("error"), value.get("error_description")) if isinstance(value, Mapping) else ()
    texts = [answer.told(part, 200) if isinstance(part, str) else "" for part in parts]
    return (texts[0] or "no reason given", texts[1]) if texts else ("no reason given", "")


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{(parts.hostname or '').lower()}:{parts.port}"
    except ValueError:
        return ""
