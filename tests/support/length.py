"""How long the stress tests last: short in an ordinary run, whole when SSO_STRESS=whole."""

import os

IS_WHOLE = os.environ.get("SSO_STRESS") == "whole"


def short_or_whole(short: int, whole: int) -> int:
    return whole if IS_WHOLE else short
