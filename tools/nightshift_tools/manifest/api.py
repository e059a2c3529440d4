"""Who may use the HTTP API of batch jobs."""

from __future__ import annotations

import re

from nightshift_tools.manifest.checking import Checking
from nightshift_tools.manifest.edge import ManifestModel
from nightshift_tools.manifest.model import Api
from nightshift_tools.manifest.validate import shown


def read_api(model: ManifestModel, checking: Checking) -> Api:
    """IAM, or an issuer of tokens with an audience; what is wrong is told."""
    given = model.api
    if given.auth == "iam":
        for key in ("issuer", "audience"):
            if getattr(given, key):
                checking.wrong_key(
                    ("api", key), "with auth: iam there are no tokens; take it away, or write auth: jwt"
                )
        return Api()
    if given.issuer is None and not checking.was_refused(("api", "issuer")):
        checking.wrong_key(
            ("api",), "auth: jwt needs the issuer of the tokens; write issuer: https://login.example/shop"
        )
    elif given.issuer is not None and not re.fullmatch(r"https://[^\s?#]+", given.issuer):
        checking.wrong(("api", "issuer"), f"the issuer {shown(given.issuer)} is no https:// address")
    if not given.audience and not checking.was_refused(("api", "audience")):
        checking.wrong_key(("api",), "auth: jwt needs whom the tokens are for; write audience: [nightshift]")
    return Api(given.issuer or "", tuple(given.audience))
