"""Regular expressions of validators, written as JSON Schema reads them.

marshmallow's `Regexp` matches at the start and in Python's dialect; JSON
Schema's `pattern` searches anywhere and in ECMA 262's. apispec copies the text,
and only the first of several.
"""

from __future__ import annotations

import re
from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import fields
from marshmallow.validate import Regexp

_DIALECT = re.UNICODE
"""The flags of a plain pattern; with others the text alone would say something else."""


class Converter(OpenAPIConverter):
    """apispec's converter, with every pattern of a field."""

    def field2pattern(self, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
        """Return `pattern`, or `allOf` for several; nothing for what ECMA 262 cannot say."""
        regexes = [each.regex for each in field.validators if isinstance(each, Regexp)]
        found = [{"pattern": ecma(str(each.pattern))} for each in regexes if each.flags == _DIALECT]
        if len(found) > 1:
            return {"allOf": found}
        return dict(found[0]) if found else {}


def ecma(pattern: str) -> str:
    r"""Return a pattern that searches in ECMA 262 as the given one matches in Python.

    >>> ecma(r"[a-z]+|x\Z")
    '^(?:[a-z]+|x$)'
    """
    text = re.sub(r"\\(.)", lambda escape: "$" if escape[1] == "Z" else escape[0], pattern)
    if text.startswith("^") and "|" not in text:
        return text
    return f"^(?:{text.removeprefix('^')})"
