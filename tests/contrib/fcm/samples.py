"""What the contract suite needs to boot the plugin: a service account, which is not used."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CREDENTIALS = {
    "type": "service_account",
    "project_id": "agora-1234",
    "private_key": _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    "client_email": "push@agora-1234.iam.gserviceaccount.com",
    "token_uri": "https://oauth2.googleapis.com/token",
}
SETTINGS = {"fcm": {"credentials": json.dumps(CREDENTIALS)}}
