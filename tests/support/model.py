"""What mod_sso is to answer, by the rules, who asks, and how the store is: the small and obvious program that the real one
is compared with. It knows nothing of httpd, and each of its sentences stands in docs/architecture.md."""

import re
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Rule:
    """The first rule whose pattern is found in the path counts. `verdict` is accept, deny, unprotect, skip, or a group
    that the visitor must be in."""
    match: str
    verdict: str

    def toml(self) -> str:
        return f"{{ match = '{self.match}', allow = '{condition(self.verdict)}' }}"


def condition(verdict: str) -> str:
    """How sso.toml says it."""
    words = ("accept", "deny", "unprotect", "skip")
    return verdict if verdict in words else rf"$groups =~ /\b{verdict}\b/"


@dataclass(frozen=True)
class Rules:
    rules: tuple[Rule, ...]
    default: str = "accept"

    def toml(self) -> str:
        """The lines of a virtual host's table."""
        rules = ",\n    ".join(rule.toml() for rule in self.rules)
        return f"rules = [\n    {rules}\n]\ndefault = '{condition(self.default)}'\n"

    def verdict(self, path: str) -> str:
        return next((rule.verdict for rule in self.rules if re.search(rule.match, path)), self.default)


class Session(Enum):
    """What the visitor's cookie is."""
    NONE = "there is none, or no cookie of ours"
    LIVE = "it opens a session"
    ENDED = "it opened one once"


class Store(Enum):
    ANSWERS = "answers"
    SILENT = "does not answer"


@dataclass(frozen=True)
class Visitor:
    name: str
    groups: tuple[str, ...] = ()
    session: Session = Session.NONE


class Outcome(Enum):
    SERVED = "the application answers"
    FORBIDDEN = "403"
    LOGIN = "302 to the portal, or 401 for a script"
    UNAVAILABLE = "503 with Retry-After"


@dataclass(frozen=True)
class Prediction:
    outcome: Outcome
    user: str | None = None  # as whom the application sees the visitor


def predict(rules: Rules, path: str, visitor: Visitor, store: Store = Store.ANSWERS, *, cached: bool = False) -> Prediction:
    """What is to happen to a request. `cached`: the session is remembered in the process that answers, and its time is
    not over (tests/support/promises.py)."""
    verdict = rules.verdict(path)
    asked_store = visitor.session is not Session.NONE and not cached
    unknown = asked_store and store is Store.SILENT
    known = visitor.session is Session.LIVE and not unknown
    if verdict == "skip":
        return Prediction(Outcome.SERVED)
    if verdict == "unprotect":
        return Prediction(Outcome.SERVED, visitor.name if known else None)
    if unknown:
        return Prediction(Outcome.UNAVAILABLE)
    if not known:
        return Prediction(Outcome.LOGIN)
    if verdict == "accept" or verdict in visitor.groups:
        return Prediction(Outcome.SERVED, visitor.name)
    return Prediction(Outcome.FORBIDDEN)
