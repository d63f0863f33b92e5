"""What is generated meets what is there: ids of things that exist, endpoints on this machine.

Made-up ids are almost always unknown, so the platform would answer 404 and nothing else. Therefore most path parameters
become ids of things that run.py made. The own account and the own token are never among them: the run would end itself.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import schemathesis

FLEET: dict[str, Any] = json.loads(os.environ["CONTRACT_FLEET"])
# By parameter: ids that exist, ids that must not be touched.
KNOWN: dict[str, list[str]] = FLEET["known"]
PROTECTED: set[str] = set(FLEET["protected"])
# host:port of the simulated fleet.
SIMULATOR: str = FLEET["simulator"]

HOST = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*", re.DOTALL)
ADDRESS = re.compile(rb"(?<![\d.])\d{1,3}(\.\d{1,3}){3}(?![\d.])")
# Of ten ids that are asked for, these many are known ones.
KNOWN_IN_TEN = 7

calls = 0


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    global calls
    calls += 1
    stateful = context.operation is not None and case.meta is not None and case.meta.phase.name.value == "stateful"
    if isinstance(case.path_parameters, dict):
        for name, value in list(case.path_parameters.items()):
            case.path_parameters[name] = identify(name, value, keep=stateful)
    case.body = keep_at_home(case.body)


def identify(name: str, value: Any, keep: bool) -> Any:
    """`keep`: the value may come from an answer, and so be known to the platform."""
    known = KNOWN.get(name)
    if not known:
        return value
    if value in PROTECTED or (not keep and calls % 10 < KNOWN_IN_TEN):
        return known[calls % len(known)]
    return value


def keep_at_home(body: Any) -> Any:
    """Endpoints in a body lead to the simulated fleet: nothing outside this machine is ever spoken to."""
    if isinstance(body, dict):
        return {
            key: endpoint_at_home(value) if key == "endpoint" and isinstance(value, str) else keep_at_home(value)
            for key, value in body.items()
        }
    if isinstance(body, list):
        return [keep_at_home(value) for value in body]
    if isinstance(body, bytes):
        return ADDRESS.sub(b"127.0.0.1", body)
    if isinstance(body, str):
        return ADDRESS.sub(b"127.0.0.1", body.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
    return body


def endpoint_at_home(endpoint: str) -> str:
    return HOST.sub(lambda match: (match.group(1) or "") + f"//{SIMULATOR}", endpoint, count=1)
