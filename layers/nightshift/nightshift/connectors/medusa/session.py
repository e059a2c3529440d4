"""Authorised requests: logs in when the first one is made, and once more where Medusa says 401."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import Unpack

from nightshift.connectors.medusa.auth import Credentials, CredentialSource
from nightshift.errors import UpstreamError
from nightshift.http import Client, Response, Sent

_LOGIN = "/auth/user/emailpass"
_TOKEN = re.compile(r"[\w.~+/=-]+", re.ASCII)


class Session:
    """Requests to Medusa's Admin API in one run, from any thread. A run that asks nothing does not even log
    in."""

    def __init__(self, client: Client, credentials: CredentialSource) -> None:
        self.client = client
        self._source = credentials
        self._credentials: Credentials | None = None
        self._authorization = ""
        self._logging_in = threading.Lock()

    def request(self, method: str, path: str, **sent: Unpack[Sent]) -> Response:
        """As `http.Client.request`; UpstreamError where Medusa refuses the credentials or forbids it.

        A 401 comes before anything is done, so what it answers is sent again, whatever it is.
        """
        return self.begin(method, path, **sent)()

    def begin(self, method: str, path: str, **sent: Unpack[Sent]) -> Callable[[], Response]:
        """`request` in two steps, as `http.Client.begin`."""
        with self._logging_in:
            credentials = self._credentials or self._open(self._source.load(False))
        authorization = self._authorization
        first = self.client.begin(method, path, **sent, headers={"authorization": authorization})

        def hear() -> Response:
            answer = first()
            if answer.status == 401:
                if credentials.api_key and not self._source.is_renewable:
                    raise _refused(answer, credentials)
                renewed = self._renewed(authorization)
                headers = {"authorization": self._authorization}
                answer = self.client.request(method, path, **sent, headers=headers)
                if answer.status == 401:
                    raise _refused(answer, renewed)
            if answer.status == 403:
                raise answer.refusal()
            return answer

        return hear

    def _renewed(self, refused: str) -> Credentials:
        """Other credentials than those that were refused; another thread may have come first."""
        with self._logging_in:
            if self._credentials is not None and self._authorization != refused:
                return self._credentials
            return self._open(self._source.load(True))

    def _open(self, credentials: Credentials) -> Credentials:
        """Make the authorization of these credentials, or of the rotated ones, the one to send."""
        if credentials.api_key:
            return self._use(
                credentials, f"Basic {credentials.basic}", credentials.api_key, credentials.basic
            )
        answer = self._log_in(credentials)
        if answer.status == 401 and self._source.is_renewable:
            credentials = self._source.load(True)
            if credentials.api_key:
                return self._open(credentials)
            answer = self._log_in(credentials)
        if answer.status == 401:
            raise _refused(answer, credentials)
        if answer.status != 200:
            raise answer.refusal()
        token = _token(answer)
        return self._use(credentials, f"Bearer {token}", token)

    def _log_in(self, credentials: Credentials) -> Response:
        self.client.redactor.hide(credentials.email, credentials.password)
        return self.client.request(
            "POST",
            _LOGIN,
            json={"email": credentials.email, "password": credentials.password},
            idempotent=True,
        )

    def _use(self, credentials: Credentials, authorization: str, *secrets: str) -> Credentials:
        self.client.redactor.hide(*secrets)
        self._credentials, self._authorization = credentials, authorization
        return credentials


def _token(answer: Response) -> str:
    value: object = answer.json()
    token = value.get("token") if isinstance(value, Mapping) else None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise answer.error("no usable token after the log-in")
    return token


def _refused(answer: Response, credentials: Credentials) -> UpstreamError:
    return answer.error(f"401: it does not accept {credentials.where} ({answer.message()}); check the values")
