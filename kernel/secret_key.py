"""The deployment's secret key: given by the operator, or made once and kept.

Derive what you sign with from it by purpose, so that a signature made for one
purpose is worth nothing for another.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from kernel.errors import ConfigurationError
from kernel.settings import KernelSettings

FILE_NAME = "secret_key"
SHORTEST = 32


def secret_key(settings: KernelSettings) -> str:
    """Return `[kernel] secret_key`, or the one kept under `var_dir`, made if need be.

    In production an empty key is refused: several hosts must share one.
    """
    if settings.secret_key:
        if len(settings.secret_key) < SHORTEST:
            raise ConfigurationError(
                f"kernel.secret_key is shorter than {SHORTEST} characters: make a longer one"
            )
        return settings.secret_key
    if settings.environment == "production":
        raise ConfigurationError(
            "kernel.secret_key is empty: set STOA__KERNEL__SECRET_KEY__FILE to a file with the output of "
            "`openssl rand -hex 32`"
        )
    return _kept(Path(settings.var_dir) / FILE_NAME)


def derived(key: str, purpose: str) -> str:
    """Return a key for one purpose: HMAC-SHA256 of the purpose, hexadecimal."""
    return hmac.new(key.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def _kept(file: Path) -> str:
    """Return the key in `file`; write one first when there is none.

    Processes that start together agree: the link to a finished file is made by one of them.
    """
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            _place(file, secrets.token_hex(SHORTEST))
        key = file.read_text().strip()
    except OSError as ex:
        raise ConfigurationError(
            f"cannot keep a secret key in {file}: {ex.strerror}: set kernel.var_dir"
        ) from ex
    if len(key) < SHORTEST:  # cut short, by a full disk say: what it signs could be forged
        raise ConfigurationError(f"{file} holds no whole secret key: remove it, and a new one is made")
    return key


def _place(file: Path, key: str) -> None:
    draft = file.with_name(f"{FILE_NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(key)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass  # another process was quicker; its key is the one
    finally:
        draft.unlink()
