"""What is known about well-known providers, so a profile only names the client.

Sources: each provider's own documentation and discovery document. LinkedIn signs
no nonce into its ID tokens and takes PKCE from native apps only; the flow stays
bound by the single-use state and the client's flow token. Microsoft's `email`
claim can be set by any tenant's administrator ("nOAuth"), so an address counts
as verified only with the optional claim `xms_edov`. Facebook does not say whether
an address is verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "google": {"title": "Google", "issuer": "https://accounts.google.com", "prompt": "select_account"},
    "microsoft": {
        "title": "Microsoft",
        "issuer": "https://login.microsoftonline.com/common/v2.0",
        "email_verified_claim": "xms_edov",
    },
    "linkedin": {
        "title": "LinkedIn",
        "issuer": "https://www.linkedin.com/oauth",
        "nonce": False,
        "pkce": False,
    },
    "github": {
        "title": "GitHub",
        "protocol": "oauth2",
        "issuer": "https://github.com",
        "scope": "read:user user:email",
        "authorization_endpoint": "https://github.com/login/oauth/authorize",
        "token_endpoint": "https://github.com/login/oauth/access_token",
        "userinfo_endpoint": "https://api.github.com/user",
        "emails_endpoint": "https://api.github.com/user/emails",
    },
    "facebook": {
        "title": "Facebook",
        "protocol": "oauth2",
        "issuer": "https://www.facebook.com",
        "scope": "public_profile email",
        "trust_email": False,
        "authorization_endpoint": "https://www.facebook.com/v22.0/dialog/oauth",
        "token_endpoint": "https://graph.facebook.com/v22.0/oauth/access_token",
        "userinfo_endpoint": "https://graph.facebook.com/v22.0/me?fields=id,name,first_name,last_name,email",
    },
}
